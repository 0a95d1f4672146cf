import sbt._

/** Flags of every JVM that runs Spark here, read from the one list that Python's launcher reads as well. */
object JavaFlags {
  val all: Seq[String] =
    IO.readLines(file("python/src/vitscale/jvm/java-flags.txt"))
      .map(_.trim)
      .filter(l => l.nonEmpty && !l.startsWith("#"))
}
