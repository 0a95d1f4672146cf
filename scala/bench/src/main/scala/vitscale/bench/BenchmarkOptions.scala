package vitscale.bench

import java.nio.file.{Path, Paths}

import scopt.OParser

import vitscale.FileUri
import vitscale.classify.RuntimeChoice
import vitscale.command.OptionChecks.{atLeast, oneOf, refusedByDevice, OneGpuOfSparkNlp}
import vitscale.device.Device

/** The arguments of the JVM benchmark.
  *
  * @param engine
  *   what runs the model inside Spark NLP
  * @param files
  *   list of the images below the folder, instead of a search
  * @param allFiles
  *   take every file of the folder, whatever its name
  * @param limit
  *   at most so many images, the first ones
  * @param minSeconds
  *   passes go on at least so long
  * @param warmupImages
  *   images of the warm-up pass, which is not counted
  * @param iterations
  *   measured passes over all images
  * @param threads
  *   ONNX Runtime's threads for one Spark task; none leaves the backend's default
  * @param deviceName
  *   what runs the model: cpu or gpu
  * @param gpus
  *   how many GPUs, the first ones
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

  /** Engines of Spark NLP, by the names of `vitscale.sparknlp.StockEngine`. That class lies in a jar which only the backend
    * spark-nlp needs, so the options do without it.
    */
  val OnnxEngine = "onnx"
  val TensorFlowEngine = "tensorflow"
  val engines: Seq[String] = Seq(OnnxEngine, TensorFlowEngine)

  /** Where `make bench` puts the photos and the model that it makes. */
  val defaultImages: Path = Paths.get("data/photos")
  val defaultModel: Path = Paths.get("models/vit-base-patch16-224")

  /** @return
    *   none if the arguments are wrong; what is wrong was printed then
    */
  def parse(arguments: Seq[String]): Option[BenchmarkOptions] =
    OParser.parse(parser, arguments, BenchmarkOptions())

  private val builder = OParser.builder[BenchmarkOptions]

  private val parser = {
    import builder._
    OParser.sequence(
      programName("run"),
      head(
        "The JVM benchmark of ViTScale: images per second of a Vision Transformer on Spark, by batch size."
      ),
      opt[String]("images")
        .valueName("DIR")
        .action((value, options) => options.copy(images = FileUri.path(value).getOrElse(Paths.get(value))))
        .text(s"folder of images, searched recursively (default: $defaultImages)"),
      opt[String]("files")
        .valueName("FILE")
        .action((value, options) => options.copy(files = Some(Paths.get(value))))
        .text(
          "list of images, paths below the folder or URIs with a NUL byte between them (default: search it)"
        ),
      opt[Unit]("all-files")
        .action((_, options) => options.copy(allFiles = true))
        .text("take every file of the folder, whatever its name"),
      opt[String]("model")
        .valueName("DIR")
        .action((value, options) => options.copy(model = Paths.get(value)))
        .text(s"model folder, as `vitscale export` writes it (default: $defaultModel)"),
      opt[String]("precision")
        .valueName("NAME")
        .action((value, options) => options.copy(precision = value))
        .text("fp32; bf16 or int8 on oneDNN; or the name of a graph in the model folder (default: fp32)"),
      opt[String]("runtime")
        .valueName("NAME")
        .validate(oneOf("runtime", RuntimeChoice.names))
        .action((value, options) => options.copy(runtime = value))
        .text(
          "library that computes the forward pass of vitscale and forward: " +
            s"${RuntimeChoice.names.mkString(", ")} (default: ${RuntimeChoice.Auto})"
        ),
      opt[String]("backend")
        .valueName("NAME")
        .validate(oneOf("backend", Backends.names))
        .action((value, options) => options.copy(backend = value))
        .text(s"${Backends.names.mkString(" or ")} (default: spark-nlp)"),
      opt[String]("engine")
        .valueName("NAME")
        .validate(oneOf("engine", engines))
        .action((value, options) => options.copy(engine = value))
        .text(
          "what runs the model inside Spark NLP, onnx or tensorflow (default: onnx); oneDNN in the latter is " +
            "switched by the environment variable TF_ENABLE_ONEDNN_OPTS"
        ),
      opt[Seq[Int]]("batch-size")
        .valueName("N,N,...")
        .validate(values =>
          if (values.nonEmpty && values.forall(_ >= 1)) success
          else failure("every --batch-size must be at least 1")
        )
        .action((values, options) => options.copy(batchSizes = values.distinct))
        .text("batch sizes to try (default: 1,2,4,8)"),
      positive("iterations", "measured passes over all images (default: 2)")((value, options) =>
        options.copy(iterations = value)
      ),
      opt[Double]("min-seconds")
        .valueName("S")
        .validate(value =>
          if (value >= 0) success else failure(s"--min-seconds is $value; at least 0 is needed")
        )
        .action((value, options) => options.copy(minSeconds = value))
        .text("measured passes go on at least so long (default: 0)"),
      opt[String]("scenario")
        .valueName("NAME")
        .validate(oneOf("scenario", Scenario.all.map(_.name)))
        .action((value, options) => options.copy(scenario = Scenario.named(value).get))
        .text("offline: all images at once; single-stream: one after another, each timed (default: offline)"),
      positive("warmup-images", "images of the warm-up pass, not counted (default: 16)")((value, options) =>
        options.copy(warmupImages = value)
      ),
      positive("limit", "at most so many images, the first ones (default: all)")((value, options) =>
        options.copy(limit = Some(value))
      ),
      opt[String]("action")
        .valueName("NAME")
        .validate(oneOf("action", SparkAction.all.map(_.name)))
        .action((value, options) => options.copy(action = SparkAction.named(value).get))
        .text("what forces Spark to compute: write or count (default: write)"),
      positive("threads", "ONNX Runtime's threads for one Spark task (default: the backend's own)")(
        (value, options) => options.copy(threads = Some(value))
      ),
      opt[String]("device")
        .valueName("NAME")
        .validate(oneOf("device", Device.names))
        .action((value, options) => options.copy(deviceName = value))
        .text(
          "what runs the model, cpu or gpu; the latter needs a jar built with -Dgpu=onnxruntime (default: cpu)"
        ),
      positive("gpus", "with --device gpu, how many; CUDA_VISIBLE_DEVICES says which (default: 1)")(
        (value, options) => options.copy(gpus = value)
      ),
      opt[Unit]("spark")
        .action((_, options) => options.copy(onSpark = true))
        .text(
          "measure the backend vitscale inside Spark (default: as a library; spark-nlp is always inside)"
        ),
      opt[String]("master")
        .valueName("URL")
        .action((value, options) => options.copy(master = value))
        .text("Spark's master (default: local[*])"),
      opt[String]("pipeline")
        .valueName("DIR")
        .action((value, options) => options.copy(savedPipeline = Some(Paths.get(value))))
        .text("save the pipeline there and measure the one loaded back"),
      opt[String]("output")
        .valueName("FILE")
        .action((value, options) => options.copy(output = Paths.get(value)))
        .text("results file, JSON (default: results/jvm.json)"),
      help("help").text("print this"),
      checkConfig(options =>
        if (options.scenario == Scenario.SingleStream && options.batchSizes != Seq(1))
          failure("single-stream asks for one image at a time: give --batch-size 1")
        else success
      ),
      checkConfig(options => refusedByTensorFlow(options).fold(success)(failure)),
      checkConfig(options => refused(options).fold(success)(failure))
    )
  }

  private def positive(name: String, text: String)(set: (Int, BenchmarkOptions) => BenchmarkOptions) = {
    import builder._
    opt[Int](name)
      .valueName("N")
      .validate(atLeast(name, 1))
      .action(set)
      .text(text)
  }

  private def refused(options: BenchmarkOptions): Option[String] = {
    import options.{gpus, threads}
    refusedByDevice(options.deviceName, gpus, threads.nonEmpty)(
      (options.engine == TensorFlowEngine) -> "--engine tensorflow runs on the processor alone",
      (gpus != 1 && options.backend == "spark-nlp") -> OneGpuOfSparkNlp,
      (gpus != 1 && options.onSpark) -> "inside Spark a task gets its GPU from Spark: leave --gpus out"
    )
  }

  private def refusedByTensorFlow(options: BenchmarkOptions): Option[String] =
    if (options.engine != TensorFlowEngine) None
    else if (options.backend != "spark-nlp")
      Some(s"--engine tensorflow is for --backend spark-nlp, not ${options.backend}")
    else if (options.precision != "fp32")
      Some(s"--engine tensorflow runs fp32 alone, not ${options.precision}")
    else if (options.threads.nonEmpty && options.threads != StockBackend.threads)
      Some(
        "TensorFlow is told its threads by the environment: TF_NUM_INTRAOP_THREADS=N, as --threads says"
      )
    else None
}
