package vitscale.bench

import java.nio.file.{Path, Paths}
import java.util

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.SparkSession

import vitscale.bench.BenchmarkOptions.SparkNlp
import vitscale.classify.RuntimeChoice
import vitscale.device.Device
import vitscale.model.ModelFolder
import vitscale.{FileUri, SnakeCaseJson, UsageException}

/** The methods that Python calls over py4j to measure the backends of the JVM. */
object BenchmarkApi {

  /** @param files
    *   some of the images as [[ImageFolder]] names them; none means the whole folder
    */
  def images(root: String, files: util.List[String]): ImageFolder = {
    val folder = local(root)
    if (files.isEmpty) ImageFolder.open(folder) else ImageFolder.named(folder, files.asScala.toSeq)
  }

  /** Images that were named one by one.
    *
    * @param root
    *   their common folder
    * @param files
    *   as [[ImageFolder]] names them
    */
  def namedImages(root: String, files: util.List[String]): ImageFolder =
    ImageFolder.named(local(root), files.asScala.toSeq, isSearched = false)

  /** @param engine
    *   engine of Spark NLP: onnx or tensorflow
    * @param device
    *   cpu or gpu
    */
  def sparkNlpBackend(
      spark: SparkSession,
      model: String,
      engine: String,
      precision: String,
      batchSize: Int,
      action: String,
      device: String
  ): Backend = {
    val forced = SparkAction
      .named(action)
      .getOrElse(
        throw new UsageException(
          s"Unknown action $action; expected ${SparkAction.names.mkString(" or ")}."
        )
      )
    val options = BenchmarkOptions(backend = SparkNlp, engine = engine, action = forced, deviceName = device)
    Backends.load(spark, open(model, precision), options, batchSize)
  }

  /** @param runtime
    *   one of `RuntimeChoice.names`
    * @param threads
    *   threads of one forward pass; 0 keeps the engine's default
    * @param device
    *   cpu or gpu
    * @param gpus
    *   number of GPUs to use; the first ones are taken
    */
  def vitscaleBackend(
      model: String,
      precision: String,
      runtime: String,
      batchSize: Int,
      threads: Int,
      device: String,
      gpus: Int
  ): Backend = {
    val chosen = Device.named(device, gpus)
    val folder = RuntimeChoice.open(Paths.get(model), precision, runtime, chosen).folder
    VitscaleBackend.load(folder, batchSize, Some(threads).filter(_ > 0), chosen)
  }

  /** The library that computes the forward pass, see [[Backend.runtime]]; null if the backend has only one. */
  def runtime(backend: Backend): String = backend.runtime.orNull

  /** Evidence that a GPU runs the model, as JSON in the form of the results; null on the CPU. */
  def deviceUse(backend: Backend): String =
    backend.deviceUse.map(use => SnakeCaseJson.writer.writeValueAsString(use)).orNull

  /** Classify one image, as a single request.
    *
    * @return
    *   why the image has no prediction; null if it has one
    */
  def query(backend: Backend, file: String): String = backend.query(local(file)).orNull

  /** Seconds by stage, in the order of the pipeline, of images that can all be decoded. */
  def stages(backend: Backend, images: ImageFolder): util.Map[String, Double] = {
    val times = backend.stages(images)
    val named = new util.LinkedHashMap[String, Double]()
    named.put("list", times.list)
    named.put("read", times.read)
    named.put("decode", times.decode)
    named.put("resize", times.resize)
    named.put("normalise", times.normalise)
    named.put("copy", times.copy)
    named.put("forward", times.forward)
    named.put("postprocess", times.postprocess)
    named
  }

  /** Writes pixels and logits into a folder, where Python reads them. */
  def writeOutputs(backend: Backend, images: ImageFolder, folder: String): Unit =
    OutputsWriter.write(backend.outputs(images), Paths.get(folder))

  /** A path that Python sends: as text, or as a URI where it is not UTF-8. */
  private def local(path: String): Path = FileUri.path(path).getOrElse(Paths.get(path))

  private def open(model: String, precision: String): ModelFolder =
    ModelFolder.open(Paths.get(model), precision)
}
