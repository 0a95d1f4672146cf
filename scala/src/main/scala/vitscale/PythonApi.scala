package vitscale

import java.nio.file.Paths
import java.nio.{ByteBuffer, ByteOrder}
import java.util

import scala.collection.JavaConverters._

import org.apache.spark.sql.SparkSession

import vitscale.bench._
import vitscale.runtime.{
  DecodeLimits,
  Device,
  ImageDecoder,
  ModelFolder,
  Preprocessor,
  PreprocessorConfig,
  RgbImage,
  Truncated
}
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
    if (files.isEmpty) ImageFolder.open(folder)
    else ImageFolder(folder, files.asScala.map(folder.resolve).toIndexedSeq, isWhole = false)
  }

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

  /** An image's pixels as the model gets them, before rescaling.
    *
    * @param image
    *   an encoded image file
    * @param config
    *   the text of a `preprocessor_config.json`
    * @param truncated
    *   `error` or `gray`: what becomes of a truncated image
    */
  def preprocess(image: Array[Byte], config: String, truncated: String): RgbImage = {
    val limits = DecodeLimits.default.copy(truncated = Truncated.named(truncated))
    new Preprocessor(PreprocessorConfig.parse(config)).pixels(ImageDecoder.decode(image, limits))
  }

  /** The model's input for an image: [channel, height, width] floats, little-endian. */
  def pixelValues(image: Array[Byte], config: String): Array[Byte] = {
    val preprocessor = new Preprocessor(PreprocessorConfig.parse(config))
    val pixels = preprocessor.pixels(ImageDecoder.decode(image))
    val values =
      ByteBuffer.allocate(pixels.data.length * java.lang.Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)
    preprocessor.writeNormalized(pixels, values.asFloatBuffer)
    values.array
  }

  /** @param threads
    *   cores of one forward pass; 0 for one each, with as many passes side by side as there are cores
    */
  def classifier(model: String, precision: String, threads: Int): PythonClassifier =
    PythonClassifier.open(open(model, precision), threads)

  private def open(model: String, precision: String): ModelFolder =
    ModelFolder.open(Paths.get(model), precision)
}
