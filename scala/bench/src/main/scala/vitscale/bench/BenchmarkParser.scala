package vitscale.bench

import java.nio.file.Paths

import scopt.OParser

import vitscale.FileUri
import vitscale.classify.RuntimeChoice
import vitscale.command.OptionKinds
import vitscale.device.Device

/** The command line of the JVM benchmark. */
private[bench] object BenchmarkParser {

  private val builder = OParser.builder[BenchmarkOptions]
  private val kinds = new OptionKinds(builder)

  val parser: OParser[Unit, BenchmarkOptions] = {
    import builder._
    import kinds._
    OParser.sequence(
      programName("run"),
      head(
        "Measure the JVM backends of ViTScale: images per second of a Vision Transformer, by batch size."
      ),
      opt[String]("images")
        .valueName("DIR")
        .action((value, options) => options.copy(images = FileUri.path(value).getOrElse(Paths.get(value))))
        .text(s"Folder of images, searched recursively (default: ${BenchmarkOptions.defaultImages})."),
      opt[String]("files")
        .valueName("FILE")
        .action((value, options) => options.copy(files = Some(Paths.get(value))))
        .text(
          "File with a list of images: paths below the folder or URIs, separated by NUL bytes " +
            "(default: search the folder)."
        ),
      flag("all-files", "Include hidden files and files without an image suffix.")(_.copy(allFiles = true)),
      opt[String]("model")
        .valueName("DIR")
        .action((value, options) => options.copy(model = Paths.get(value)))
        .text(s"Model folder, made by `vitscale export` (default: ${BenchmarkOptions.defaultModel})."),
      opt[String]("precision")
        .valueName("NAME")
        .action((value, options) => options.copy(precision = value))
        .text(OptionKinds.Precision),
      choice(
        "runtime",
        RuntimeChoice.names,
        "Library that computes the forward pass, for --backend vitscale and forward: auto (the faster one " +
          s"here), onnxruntime or onednn (default: ${RuntimeChoice.Auto})."
      )((value, options) => options.copy(runtime = value)),
      choice(
        "backend",
        Backends.names,
        s"Backend to measure: ${Backends.names.mkString(" or ")} (default: spark-nlp)."
      )((value, options) => options.copy(backend = value)),
      choice(
        "engine",
        BenchmarkOptions.engines,
        "Engine of Spark NLP: onnx or tensorflow. The environment variable TF_ENABLE_ONEDNN_OPTS turns " +
          "oneDNN on or off in TensorFlow (default: onnx)."
      )((value, options) => options.copy(engine = value)),
      opt[Seq[Int]]("batch-size")
        .valueName("N,N,...")
        .validate(values =>
          if (values.nonEmpty && values.forall(_ >= 1)) success
          else failure(s"--batch-size is ${values.mkString(",")}; expected whole numbers of at least 1")
        )
        .action((values, options) => options.copy(batchSizes = values.distinct))
        .text("Batch sizes to try, separated by commas (default: 1,2,4,8)."),
      whole("iterations", "Measured iterations over all images (default: 2).")((value, options) =>
        options.copy(iterations = value)
      ),
      seconds(
        "min-seconds",
        "Shortest measurement, in seconds. Raise it if results are unstable (default: 0)."
      )((value, options) => options.copy(minSeconds = value)),
      named(
        "scenario",
        Scenario,
        "offline measures throughput over all images; single-stream the latency of one (default: offline)."
      )((value, options) => options.copy(scenario = value)),
      whole("warmup-images", "Images of the warm-up before the measurement (default: 16).")(
        (value, options) => options.copy(warmupImages = value)
      ),
      whole("limit", "Number of images: use the first N only (default: all).")((value, options) =>
        options.copy(limit = Some(value))
      ),
      named(
        "action",
        SparkAction,
        "Spark action that runs the query: write or count (default: write)."
      )((value, options) => options.copy(action = value)),
      whole("threads", "Threads of ONNX Runtime for one Spark task (default: the backend's own).")(
        (value, options) => options.copy(threads = Some(value))
      ),
      choice(
        "device",
        Device.names,
        "Device for the model: cpu or gpu. gpu needs a jar built with -Dgpu=onnxruntime (default: cpu)."
      )((value, options) => options.copy(deviceName = value)),
      whole(
        "gpus",
        "Number of GPUs of this machine to use, with --device gpu; CUDA_VISIBLE_DEVICES selects them (default: 1)."
      )((value, options) => options.copy(gpus = value)),
      flag(
        "spark",
        "Run the backend vitscale inside Spark (default: as a library; spark-nlp always runs inside Spark)."
      )(_.copy(onSpark = true)),
      opt[String]("master")
        .valueName("URL")
        .action((value, options) => options.copy(master = value))
        .text("Master URL of Spark (default: local[*])."),
      opt[String]("pipeline")
        .valueName("DIR")
        .action((value, options) => options.copy(savedPipeline = Some(Paths.get(value))))
        .text("Folder to save the pipeline in; the pipeline loaded from there is measured."),
      opt[String]("output")
        .valueName("FILE")
        .action((value, options) => options.copy(output = Paths.get(value)))
        .text("Results file, as JSON (default: results/jvm.json)."),
      help("help").text("Print this help."),
      checkConfig(options => BenchmarkConflicts.ofScenario(options).fold(success)(failure)),
      checkConfig(options => BenchmarkConflicts.ofTensorFlow(options).fold(success)(failure)),
      checkConfig(options => BenchmarkConflicts.ofDevice(options).fold(success)(failure))
    )
  }
}
