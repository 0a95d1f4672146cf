import sbt._
import sbt.Keys._

/** Puts the jars of table formats and of the S3 client where Python's tests find them. Users get these from Maven. */
object TableJars {

  val collectTableJars = taskKey[File]("copies the jars of Delta, Iceberg and S3 for Python's tests")

  /** What Spark's own installation has no jar of. */
  private val organizations =
    Set("io.delta", "org.apache.iceberg", "com.amazonaws", "joda-time")
  private val scopes = Set(Test.name, Provided.name)
  private val ofHadoop = Set("hadoop-aws")

  val all: Seq[Setting[_]] = Seq(
    collectTableJars := {
      val jars = for {
        configuration <- update.value.configurations if scopes(configuration.configuration.name)
        found <- configuration.modules
        if organizations(found.module.organization) || ofHadoop(found.module.name)
        (_, jar) <- found.artifacts
      } yield jar
      val folder = (ThisBuild / baseDirectory).value / "target/table-jars"
      IO.delete(folder)
      IO.copy(jars.distinct.map(jar => jar -> folder / jar.getName))
      streams.value.log.info(s"${jars.size} jars in $folder")
      folder
    }
  )
}
