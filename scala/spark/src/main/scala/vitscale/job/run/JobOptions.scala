package vitscale.job.run

import java.nio.file.Paths

import scopt.OParser

import vitscale.classify.{Features, InferenceOptions, RuntimeChoice}
import vitscale.command.NameList
import vitscale.command.OptionChecks.{atLeast, atLeastLong, oneOf, refusedByDevice, OneGpuOfSparkNlp}
import vitscale.device.Device
import vitscale.image.{DecodeLimits, Truncated}
import vitscale.job.input.{ImageColumns, InputKind, ListingRules, Sample}
import vitscale.job.output.{FeatureType, TableFormat}
import vitscale.job.task.Engine
import vitscale.model.ModelRuntime

/** The settings of a job. Each is the command-line option of the same name. */
final case class JobOptions(
    images: Seq[String] = Vector.empty,
    imagesFrom: Seq[String] = Vector.empty,
    model: String = "",
    output: String = "",
    engine: String = Engine.Vitscale,
    precision: String = "fp32",
    runtime: String = RuntimeChoice.Auto,
    topK: Option[Int] = None,
    threshold: Option[Float] = None,
    features: Features = Features.Off,
    featuresType: FeatureType = FeatureType.Float32,
    batchSize: Option[Int] = None,
    threads: Int = 0,
    deviceName: String = Device.Cpu.name,
    gpus: Int = 1,
    format: TableFormat = TableFormat.Parquet,
    input: String = JobOptions.Files,
    pathColumn: String = ImageColumns.DefaultPath,
    contentColumn: String = ImageColumns.DefaultContent,
    allFiles: Boolean = false,
    limit: Option[Int] = None,
    sample: Option[Sample] = None,
    maxFailed: ErrorBudget = ErrorBudget.Unlimited,
    maxBytes: Long = JobOptions.DefaultMaxBytes,
    maxPixels: Long = DecodeLimits.default.maxPixels,
    truncated: Truncated = Truncated.Error,
    retryFailed: Boolean = false,
    watch: Boolean = false,
    pollSeconds: Int = 10,
    commitSeconds: Option[Double] = None,
    readAhead: Int = 4,
    json: Option[String] = None
) {

  /** The device that the user chose. On a cluster, Spark assigns each task its GPU. */
  def device: Device = Device.named(deviceName, gpus)

  /** The request to the engine. */
  def request: InferenceOptions = InferenceOptions(
    topK = topK.getOrElse(InferenceOptions.topK(threshold)),
    batchSize = batchSize.getOrElse(InferenceOptions.batchSize(device)),
    threshold = threshold,
    features = features
  )

  def limits: DecodeLimits = DecodeLimits(maxPixels, maxBytes, truncated)
}

object JobOptions {

  val Files: String = InputKind.Files.name
  val ParquetRows: String = InputKind.Parquet.name
  val DefaultMaxBytes: Long = 256L << 20

  /** Parse the command line.
    *
    * @return
    *   the settings; none if an argument is wrong, after the error was printed
    */
  def parse(arguments: Seq[String]): Option[JobOptions] = OParser.parse(parser, arguments, JobOptions())

  private val builder = OParser.builder[JobOptions]

  private val parser = {
    import builder._
    OParser.sequence(
      programName("vitscale classify"),
      head(
        "Classify any number of images on Spark; each file ends in the predictions or in the quarantine."
      ),
      opt[String]("images")
        .unbounded()
        .valueName("PATH")
        .action((value, options) => options.copy(images = options.images :+ value))
        .text("Image file, folder, pattern or URI. Repeat the option for several."),
      opt[String]("images-listed-in")
        .valueName("FILE")
        .action((value, options) => options.copy(images = options.images ++ NameList.read(Paths.get(value))))
        .text(
          "File with values of --images, separated by NUL bytes (`find -print0`), if the command line is too short."
        ),
      opt[String]("images-from")
        .unbounded()
        .valueName("FILE")
        .action((value, options) => options.copy(imagesFrom = options.imagesFrom :+ value))
        .text("File with a list of images: text with one path per line, CSV or Parquet; - is stdin."),
      opt[String]("model")
        .required()
        .valueName("DIR")
        .action((value, options) => options.copy(model = value))
        .text("Model folder, made by `vitscale export`."),
      opt[String]("output")
        .required()
        .valueName("DIR")
        .action((value, options) => options.copy(output = value))
        .text("Output folder. An existing one resumes its run."),
      opt[String]("engine")
        .validate(oneOf("engine", Engine.names))
        .action((value, options) => options.copy(engine = value))
        .text(s"Engine: vitscale, or spark-nlp for Spark NLP's own (default: ${Engine.Vitscale})."),
      opt[String]("precision")
        .valueName("NAME")
        .action((value, options) => options.copy(precision = value))
        .text(
          "fp32; bf16 or int8 on oneDNN; or a graph made by `vitscale export --precision` (default: fp32)."
        ),
      opt[String]("runtime")
        .validate(oneOf("runtime", RuntimeChoice.names))
        .action((value, options) => options.copy(runtime = value))
        .text(
          "Library that computes the forward pass: auto (the faster one here), onnxruntime or onednn " +
            s"(default: ${RuntimeChoice.Auto})."
        ),
      opt[Int]("top-k")
        .validate(atLeast("top-k", 1))
        .action((value, options) => options.copy(topK = Some(value)))
        .text("Number of labels for each image (default: 5; with --threshold all)."),
      opt[Double]("threshold")
        .valueName("T")
        .validate(value =>
          if (value >= 0 && value <= 1) success
          else failure(s"--threshold is $value; expected a score from 0 to 1")
        )
        .action((value, options) => options.copy(threshold = Some(value.toFloat)))
        .text("Smallest score of a label, from 0 to 1. An image may then have no label (default: none)."),
      opt[String]("features")
        .validate(oneOf("features", Features.all.map(_.name)))
        .action((value, options) => options.copy(features = Features.named(value).get))
        .text(
          "Features of each image, the input of the classification head: none, pooled, or normalized to " +
            "an L2 norm of 1 (default: none)."
        ),
      opt[String]("features-type")
        .validate(oneOf("features-type", FeatureType.all.map(_.name)))
        .action((value, options) => options.copy(featuresType = FeatureType.named(value).get))
        .text(
          "Type of the features: float32, or float16 as little-endian bytes in Parquet (default: float32)."
        ),
      opt[Int]("batch-size")
        .validate(atLeast("batch-size", 1))
        .action((value, options) => options.copy(batchSize = Some(value)))
        .text("Images in one forward pass (default: the engine's own)."),
      opt[Int]("threads")
        .validate(atLeast("threads", 0))
        .action((value, options) => options.copy(threads = value))
        .text("Threads of one forward pass. 0 picks the fastest setting (default: 0)."),
      opt[String]("device")
        .validate(oneOf("device", Device.names))
        .action((value, options) => options.copy(deviceName = value))
        .text(
          "Device for the model: cpu or gpu. On a cluster, Spark assigns each task its GPU (default: cpu)."
        ),
      opt[Int]("gpus")
        .validate(atLeast("gpus", 1))
        .action((value, options) => options.copy(gpus = value))
        .text(
          "Number of GPUs of this machine to use, with --device gpu and a local master; " +
            "CUDA_VISIBLE_DEVICES selects them (default: 1)."
        ),
      opt[String]("format")
        .validate(oneOf("format", TableFormat.all.map(_.name)))
        .action((value, options) => options.copy(format = TableFormat.named(value).get))
        .text("Format of the output tables: parquet, jsonl or csv (default: parquet)."),
      opt[String]("input")
        .validate(oneOf("input", InputKind.all.map(_.name)))
        .action((value, options) => options.copy(input = value))
        .text(
          "Kind of input: files, parquet (one image per row) or tar (one image per member) (default: files)."
        ),
      opt[String]("path-column")
        .action((value, options) => options.copy(pathColumn = value))
        .text(
          "Column with the path of an image, for --input parquet and --images-from; nested as a.b (default: path)."
        ),
      opt[String]("content-column")
        .action((value, options) => options.copy(contentColumn = value))
        .text(
          "Column with the image, for --input parquet: binary, or struct with a field bytes " +
            "(default: content, else image)."
        ),
      opt[Unit]("all-files")
        .action((_, options) => options.copy(allFiles = true))
        .text(
          s"Include hidden files and all suffixes, not only ${ListingRules.suffixes.toSeq.sorted.mkString(", ")}."
        ),
      opt[Int]("limit")
        .validate(atLeast("limit", 1))
        .valueName("N")
        .action((value, options) => options.copy(limit = Some(value)))
        .text("Number of images: use the first N only, in the order of their paths (default: all)."),
      opt[String]("sample")
        .valueName("P%")
        .action((value, options) => options.copy(sample = Some(Sample.parse(value))))
        .text("Share of the images, chosen by a hash of the path: the same in each run (default: all)."),
      opt[String]("max-failed")
        .valueName("N|P%")
        .action((value, options) => options.copy(maxFailed = ErrorBudget.parse(value)))
        .text(
          "Largest number (N) or share (P%) of failed images. Above it the job stops (default: no limit)."
        ),
      opt[Long]("max-bytes")
        .validate(atLeastLong("max-bytes", 1))
        .action((value, options) => options.copy(maxBytes = value))
        .text(
          s"Largest file to read, in bytes; larger ones are quarantined (default: $DefaultMaxBytes)."
        ),
      opt[Long]("max-pixels")
        .validate(atLeastLong("max-pixels", 1))
        .action((value, options) => options.copy(maxPixels = value))
        .text(
          "Largest image to decode, in pixels; larger ones are quarantined " +
            s"(default: ${DecodeLimits.default.maxPixels})."
        ),
      opt[String]("truncated")
        .validate(oneOf("truncated", Truncated.all.map(_.name)))
        .action((value, options) => options.copy(truncated = Truncated.named(value)))
        .text(
          "Truncated images: error quarantines them; gray fills the missing part of JPEG and PNG, as Pillow " +
            "does with LOAD_TRUNCATED_IMAGES (default: error)."
        ),
      opt[Unit]("retry-failed")
        .action((_, options) => options.copy(retryFailed = true))
        .text("Retry the images in quarantine."),
      opt[Unit]("watch")
        .action((_, options) => options.copy(watch = true))
        .text("Classify new files as they arrive, until Ctrl-C."),
      opt[Int]("poll-seconds")
        .validate(atLeast("poll-seconds", 1))
        .action((value, options) => options.copy(pollSeconds = value))
        .text(
          "Seconds between two listings, with --watch. Younger files wait for the next one (default: 10)."
        ),
      opt[Double]("commit-seconds")
        .validate(value =>
          if (value >= 0) success else failure(s"--commit-seconds is $value; expected at least 0")
        )
        .action((value, options) => options.copy(commitSeconds = Some(value)))
        .text("Seconds between two commits of results (default: a twentieth of the run time, 10 to 600)."),
      opt[Int]("read-ahead")
        .validate(atLeast("read-ahead", 1))
        .action((value, options) => options.copy(readAhead = value))
        .text("Number of files that a task reads ahead. Raise it for slow storage (default: 4)."),
      opt[String]("json")
        .valueName("FILE")
        .action((value, options) => options.copy(json = Some(value)))
        .text("File for the ledger as JSON; - is stdout."),
      help("help").text("Print this help."),
      checkConfig(options =>
        if (options.watch && options.input != Files)
          failure(s"--watch needs --input files, but --input is ${options.input}; remove one of them")
        else success
      ),
      checkConfig(options => wrongImages(options).fold(success)(failure)),
      checkConfig(options =>
        if (options.truncated == Truncated.Gray && options.engine == Engine.SparkNlp)
          failure(s"--truncated gray needs --engine ${Engine.Vitscale}: Spark NLP decodes images itself")
        else success
      ),
      checkConfig(options =>
        if (options.runtime == ModelRuntime.OneDnn.name && options.engine == Engine.SparkNlp)
          failure(s"--runtime onednn needs --engine ${Engine.Vitscale}: Spark NLP runs the graph itself")
        else success
      ),
      checkConfig(options => wrongFeatures(options).fold(success)(failure)),
      checkConfig(options => refused(options).fold(success)(failure))
    )
  }

  private def wrongImages(options: JobOptions): Option[String] =
    if (options.images.isEmpty && options.imagesFrom.isEmpty)
      Some("no images given; add --images PATH, or --images-from FILE with a list of paths")
    else if (options.imagesFrom.nonEmpty && options.input != Files)
      Some(s"--images-from needs --input files, but --input is ${options.input}; remove one of them")
    else if (options.limit.isDefined && options.sample.isDefined)
      Some("--limit cannot be used with --sample; remove one of them")
    else if (options.limit.isDefined && options.watch)
      Some("--limit cannot be used with --watch, because the first images change; use --sample")
    else if (options.imagesFrom.nonEmpty && options.watch)
      Some("--watch cannot be used with --images-from, whose list is read once; name folders with --images")
    else None

  private def wrongFeatures(options: JobOptions): Option[String] = {
    val isStock = options.engine == Engine.SparkNlp
    if (isStock && options.features != Features.Off)
      Some(s"--features needs --engine ${Engine.Vitscale}: Spark NLP returns labels only")
    else if (isStock && options.threshold.isDefined)
      Some(s"--threshold needs --engine ${Engine.Vitscale}: Spark NLP returns the first label only")
    else if (options.featuresType == FeatureType.Float16 && options.format != TableFormat.Parquet)
      Some(s"--features-type float16 needs --format parquet, but --format is ${options.format.name}")
    else None
  }

  private def refused(options: JobOptions): Option[String] =
    refusedByDevice(options.deviceName, options.gpus, options.threads != 0)(
      (options.gpus != 1 && options.engine == Engine.SparkNlp) -> OneGpuOfSparkNlp
    )
}
