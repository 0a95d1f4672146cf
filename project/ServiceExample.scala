import sbt._
import sbt.Keys._

/** The example of a service in Java: compiled with the core, and started by tests with its class path. */
object ServiceExample {

  val writeClassPath = taskKey[File]("writes the class path of the example to target/service-java/class-path")

  val all: Seq[Setting[_]] = Seq(
    javacOptions ++= Seq("--release", "17", "-Xlint:all,-serial", "-Werror"),
    writeClassPath := {
      val file = (ThisBuild / baseDirectory).value / "target/service-java/class-path"
      IO.write(file, (Runtime / fullClasspath).value.map(_.data).mkString(java.io.File.pathSeparator))
      file
    }
  )
}
