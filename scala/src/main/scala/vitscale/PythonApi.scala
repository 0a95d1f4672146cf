package vitscale

import java.nio.file.Paths
import java.util

import scala.collection.JavaConverters._

import org.apache.spark.sql.SparkSession

import vitscale.bench.{Backend, Backends, BenchmarkOptions, ImageFolder, OutputsWriter, SparkAction}
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

  def loadBackend(
      spark: SparkSession,
      name: String,
      model: String,
      precision: String,
      batchSize: Int,
      action: String
  ): Backend = {
    val options = BenchmarkOptions(
      backend = name,
      action = SparkAction.named(action).getOrElse(throw new UsageException(s"Unknown action $action."))
    )
    Backends.load(spark, ModelFolder.open(Paths.get(model), precision), options, batchSize)
  }

  /** Writes pixels and logits into a folder, where Python reads them. */
  def writeOutputs(backend: Backend, images: ImageFolder, folder: String): Unit =
    OutputsWriter.write(backend.outputs(images), Paths.get(folder))
}
