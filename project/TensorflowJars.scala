import sbt._
import sbt.Keys._

/** Puts TensorFlow's jars beside the one jar that Python carries, where Python finds them if they are asked for. */
object TensorflowJars {

  val collectJars = taskKey[File]("copies TensorFlow's jars to where Python's package looks for them")

  /** TensorFlow's protobuf is Spark NLP's as well and its JavaCPP is oneDNN's, so both are inside ViTScale's jar. */
  private val organization = "org.tensorflow"

  val all: Seq[Setting[_]] = Seq(
    collectJars := {
      val jars = update.value.select(
        configurationFilter(Runtime.name),
        moduleFilter(organization = organization),
        artifactFilter()
      )
      val folder = (ThisBuild / baseDirectory).value / "python/src/vitscale/jars/tensorflow"
      val unfinished = folder.getParentFile / ".tensorflow"
      IO.delete(Seq(folder, unfinished))
      IO.copy(jars.map(jar => jar -> unfinished / jar.getName))
      IO.move(unfinished, folder)
      streams.value.log.info(s"${jars.size} jars in $folder")
      folder
    }
  )
}
