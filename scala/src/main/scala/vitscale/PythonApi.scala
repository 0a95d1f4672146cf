package vitscale

import java.nio.file.Paths
import java.util

import scala.collection.JavaConverters._

import org.apache.spark.sql.SparkSession

import vitscale.bench._
import vitscale.runtime.ModelFolder

/** All that Python calls over py4j; everything else of the jar stays behind it. */
object PythonApi {

  /** Python compares it with its own before any other call. */
  def version: String = Version.current

  /** @param files
    *   relative paths of some of the images; none means the whole folder
    */
  def images(root: String, files: util.List[String]): ImageFolder = {
    val folder = Paths.get(root)
    if (files.isEmpty) ImageFolder.open(folder)
    else ImageFolder(folder, files.asScala.map(folder.resolve).toIndexedSeq, isWhole = false)
  }

  def sparkNlpBackend(
      spark: SparkSession,
      model: String,
      precision: String,
      batchSize: Int,
      action: String
  ): Backend = {
    val forced = SparkAction.named(action).getOrElse(throw new UsageException(s"Unknown action $action."))
    SparkNlpBackend.load(spark, open(model, precision).onnxFolder, batchSize, forced, savedPipeline = None)
  }

  /** @param threads
    *   0 leaves them to the engine
    */
  def vitscaleBackend(model: String, precision: String, batchSize: Int, threads: Int): Backend =
    VitscaleBackend.load(open(model, precision), batchSize, Some(threads).filter(_ > 0))

  /** Writes pixels and logits into a folder, where Python reads them. */
  def writeOutputs(backend: Backend, images: ImageFolder, folder: String): Unit =
    OutputsWriter.write(backend.outputs(images), Paths.get(folder))

  private def open(model: String, precision: String): ModelFolder =
    ModelFolder.open(Paths.get(model), precision)
}
