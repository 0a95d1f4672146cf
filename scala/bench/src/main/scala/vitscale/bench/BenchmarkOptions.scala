package vitscale.bench

import java.nio.file.{Path, Paths}

import scopt.OParser

import vitscale.classify.RuntimeChoice
import vitscale.device.Device

/** The arguments of the JVM benchmark.
  *
  * @param engine
  *   engine of Spark NLP: onnx or tensorflow
  * @param files
  *   list of the images below the folder, instead of a search
  * @param allFiles
  *   include hidden files and files without an image suffix
  * @param limit
  *   largest number of images; the first ones are measured
  * @param minSeconds
  *   shortest measurement, in seconds
  * @param warmupImages
  *   images of the warm-up pass, which is not counted
  * @param iterations
  *   measured iterations over all images
  * @param threads
  *   threads of ONNX Runtime for one Spark task; none keeps the backend's default
  * @param deviceName
  *   device for the model: cpu or gpu
  * @param gpus
  *   number of GPUs to use; the first ones are taken
  * @param onSpark
  *   measure ViTScale's engine as a Spark ML transformer
  * @param savedPipeline
  *   folder to save the pipeline in and load it from before it is measured
  */
final case class BenchmarkOptions(
    images: Path = BenchmarkOptions.defaultImages,
    model: Path = BenchmarkOptions.defaultModel,
    precision: String = "fp32",
    runtime: String = RuntimeChoice.Auto,
    backend: String = "spark-nlp",
    engine: String = BenchmarkOptions.OnnxEngine,
    batchSizes: Seq[Int] = Seq(1, 2, 4, 8),
    iterations: Int = 2,
    warmupImages: Int = 16,
    minSeconds: Double = 0,
    scenario: Scenario = Scenario.Offline,
    files: Option[Path] = None,
    allFiles: Boolean = false,
    limit: Option[Int] = None,
    action: SparkAction = SparkAction.Write,
    threads: Option[Int] = None,
    deviceName: String = Device.Cpu.name,
    gpus: Int = 1,
    onSpark: Boolean = false,
    master: String = "local[*]",
    savedPipeline: Option[Path] = None,
    output: Path = Paths.get("results/jvm.json")
) {

  def device: Device = Device.named(deviceName, gpus)
}

object BenchmarkOptions {

  /** The backend that another jar brings, see [[BackendProvider]]. */
  val SparkNlp = "spark-nlp"

  /** Engines of Spark NLP, by the names of `vitscale.sparknlp.StockEngine`. That class lies in a jar which only the backend
    * spark-nlp needs, so the options do without it.
    */
  val OnnxEngine = "onnx"
  val TensorFlowEngine = "tensorflow"
  val engines: Seq[String] = Seq(OnnxEngine, TensorFlowEngine)

  /** Where `make bench` puts the photos and the model that it makes. */
  val defaultImages: Path = Paths.get("data/photos")
  val defaultModel: Path = Paths.get("models/vit-base-patch16-224")

  /** Parse the command line.
    *
    * @return
    *   the arguments; none if one of them is wrong, after the error was printed
    */
  def parse(arguments: Seq[String]): Option[BenchmarkOptions] =
    OParser.parse(BenchmarkParser.parser, arguments, BenchmarkOptions())
}
