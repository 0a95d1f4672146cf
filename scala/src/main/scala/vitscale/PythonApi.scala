package vitscale

import java.nio.file.{Files, Paths}
import java.util

import scala.collection.JavaConverters._

import com.johnsnowlabs.nlp.LightPipeline
import org.apache.spark.ml.PipelineModel
import org.apache.spark.sql.SparkSession

import vitscale.bench._
import vitscale.ml.ImageLightPipeline
import vitscale.onednn.Calibrator
import vitscale.runtime.{Device, ImageDecoder, ModelFolder, ModelRuntime, Truncated}
import vitscale.sparknlp.{Engine, StockDevice}

/** All that Python calls over py4j; everything else of the jar stays behind it. */
object PythonApi {

  /** Python compares it with its own before any other call. */
  def version: String = Version.current

  /** @param files
    *   relative paths of some of the images; none means the whole folder
    */
  def images(root: String, files: util.List[String]): ImageFolder = {
    val folder = Paths.get(root)
    if (files.isEmpty) ImageFolder.open(folder) else ImageFolder.named(folder, files.asScala)
  }

  /** Images that were named one by one.
    *
    * @param root
    *   what they have in common
    * @param files
    *   their paths below it
    */
  def namedImages(root: String, files: util.List[String]): ImageFolder =
    ImageFolder.named(Paths.get(root), files.asScala, isSearched = false)

  /** @param engine
    *   what runs the model inside Spark NLP: onnx or tensorflow
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
    val forced = SparkAction.named(action).getOrElse(throw new UsageException(s"Unknown action $action."))
    val chosen = Engine.named(engine).getOrElse(throw new UsageException(s"Unknown engine $engine."))
    val folder = open(model, precision)
    val graph = chosen.folder(folder)
    val use = StockDevice.require(chosen, Device.named(device, gpus = 1), folder)
    SparkNlpBackend.load(spark, graph, batchSize, forced, savedPipeline = None, use)
  }

  /** @param threads
    *   0 leaves them to the engine
    * @param device
    *   cpu or gpu
    * @param gpus
    *   how many GPUs, the first ones
    */
  def vitscaleBackend(
      model: String,
      precision: String,
      batchSize: Int,
      threads: Int,
      device: String,
      gpus: Int
  ): Backend =
    VitscaleBackend.load(
      open(model, precision),
      batchSize,
      Some(threads).filter(_ > 0),
      Device.named(device, gpus)
    )

  /** What shows that a GPU runs the model, as JSON in the form of the results; null on the processor. */
  def deviceUse(backend: Backend): String =
    backend.deviceUse.map(use => SnakeCaseJson.writer.writeValueAsString(use)).orNull

  /** Classifies one image as users ask for one.
    *
    * @return
    *   why it got no prediction; null if it got one
    */
  def query(backend: Backend, file: String): String = backend.query(Paths.get(file)).orNull

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

  /** One image after the model's preprocessing.
    *
    * @param contents
    *   its path or its content, see [[PythonImages]]
    * @param shapes
    *   its width and height, or null
    * @param config
    *   the text of a `preprocessor_config.json`
    * @param truncated
    *   `error` or `gray`: what becomes of a truncated image
    */
  def prepare(contents: util.List[_], shapes: String, config: String, truncated: String): PreparedImage =
    PreparedImage.of(PythonImages.sent(contents, shapes).head, config, Truncated.named(truncated))

  /** @param threads
    *   cores of one forward pass; 0 for one each, with as many passes side by side as there are cores
    * @param runtime
    *   `onnxruntime` or `onednn`
    */
  def classifier(model: String, precision: String, threads: Int, runtime: String): PythonClassifier = {
    val chosen = runtimeNamed(runtime)
    PythonClassifier.open(ModelFolder.open(Paths.get(model), precision, chosen), threads, chosen)
  }

  /** Measures the ranges that int8 on oneDNN needs, over images that can all be decoded.
    *
    * @return
    *   the file that was written into the model folder
    */
  def calibrate(model: String, images: ImageFolder): String = {
    val folder = ModelFolder.open(Paths.get(model), "fp32", ModelRuntime.OneDnn)
    val decoded = images.files.iterator.map(file => ImageDecoder.decode(Files.readAllBytes(file)))
    Calibrator.calibrate(folder, decoded).toString
  }

  private def runtimeNamed(name: String): ModelRuntime =
    ModelRuntime
      .named(name)
      .getOrElse(
        throw new UsageException(
          s"There is no runtime $name; expected one of ${ModelRuntime.all.map(_.name).mkString(", ")}."
        )
      )

  /** A pipeline of Spark NLP that annotates images without Spark. */
  def lightPipeline(model: PipelineModel, parseEmbeddings: Boolean): LightPipeline =
    ImageLightPipeline.of(model, parseEmbeddings)

  private def open(model: String, precision: String): ModelFolder =
    ModelFolder.open(Paths.get(model), precision)
}
