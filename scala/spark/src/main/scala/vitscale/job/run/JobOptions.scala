package vitscale.job.run

import java.nio.file.Paths

import scopt.OParser

import vitscale.classify.RuntimeChoice
import vitscale.command.NameList
import vitscale.command.OptionChecks.{atLeast, atLeastLong, oneOf, refusedByDevice, OneGpuOfSparkNlp}
import vitscale.device.Device
import vitscale.image.{DecodeLimits, Truncated}
import vitscale.job.input.{ImageColumns, InputKind, ListingRules}
import vitscale.job.output.TableFormat
import vitscale.job.task.Engine
import vitscale.model.ModelRuntime

/** What the job is asked to do; each is an option of the same name. */
final case class JobOptions(
    images: Seq[String] = Vector.empty,
    imagesFrom: Seq[String] = Vector.empty,
    model: String = "",
    output: String = "",
    engine: String = Engine.Vitscale,
    precision: String = "fp32",
    runtime: String = RuntimeChoice.Auto,
    topK: Int = 5,
    batchSize: Option[Int] = None,
    threads: Int = 0,
    deviceName: String = Device.Cpu.name,
    gpus: Int = 1,
    format: TableFormat = TableFormat.Parquet,
    input: String = JobOptions.Files,
    pathColumn: String = ImageColumns.DefaultPath,
    contentColumn: String = ImageColumns.DefaultContent,
    allFiles: Boolean = false,
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

  /** What was asked for; on a cluster Spark says which GPU a task has. */
  def device: Device = Device.named(deviceName, gpus)

  def limits: DecodeLimits = DecodeLimits(maxPixels, maxBytes, truncated)
}

object JobOptions {

  val Files: String = InputKind.Files.name
  val ParquetRows: String = InputKind.Parquet.name
  val DefaultMaxBytes: Long = 256L << 20

  /** @return
    *   none if the arguments are wrong; what is wrong was printed then
    */
  def parse(arguments: Seq[String]): Option[JobOptions] = OParser.parse(parser, arguments, JobOptions())

  private val builder = OParser.builder[JobOptions]

  private val parser = {
    import builder._
    OParser.sequence(
      programName("vitscale classify"),
      head(
        "Classifies images with a Vision Transformer on Spark; every file ends in predictions or in quarantine."
      ),
      opt[String]("images")
        .unbounded()
        .valueName("PATH")
        .action((value, options) => options.copy(images = options.images :+ value))
        .text("file, folder, pattern, or URI of a Hadoop file system; may be given several times"),
      opt[String]("images-listed-in")
        .valueName("FILE")
        .action((value, options) => options.copy(images = options.images ++ NameList.read(Paths.get(value))))
        .text("more of them than a command line takes, with a NUL byte between them (`find -print0`)"),
      opt[String]("images-from")
        .unbounded()
        .valueName("FILE")
        .action((value, options) => options.copy(imagesFrom = options.imagesFrom :+ value))
        .text("list of image files: text with a path a line, CSV, Parquet, or - for standard input"),
      opt[String]("model")
        .required()
        .valueName("DIR")
        .action((value, options) => options.copy(model = value))
        .text("model folder, as `vitscale export` writes it"),
      opt[String]("output")
        .required()
        .valueName("DIR")
        .action((value, options) => options.copy(output = value))
        .text("folder for predictions, quarantine and ledger; that of an earlier run is gone on with"),
      opt[String]("engine")
        .validate(oneOf("engine", Engine.names))
        .action((value, options) => options.copy(engine = value))
        .text(s"${Engine.names.mkString(" or ")} (default: ${Engine.Vitscale})"),
      opt[String]("precision")
        .valueName("NAME")
        .action((value, options) => options.copy(precision = value))
        .text(
          "fp32; bf16 or int8 on oneDNN; or the name of a graph that `vitscale export` made (default: fp32)"
        ),
      opt[String]("runtime")
        .validate(oneOf("runtime", RuntimeChoice.names))
        .action((value, options) => options.copy(runtime = value))
        .text(
          "library that computes the forward pass: auto takes the faster one for this model and processor " +
            s"(${RuntimeChoice.names.mkString(", ")}; default: ${RuntimeChoice.Auto})"
        ),
      opt[Int]("top-k")
        .validate(atLeast("top-k", 1))
        .action((value, options) => options.copy(topK = value))
        .text("labels for each image (default: 5)"),
      opt[Int]("batch-size")
        .validate(atLeast("batch-size", 1))
        .action((value, options) => options.copy(batchSize = Some(value)))
        .text("images of one forward pass (default: the engine's own)"),
      opt[Int]("threads")
        .validate(atLeast("threads", 0))
        .action((value, options) => options.copy(threads = value))
        .text("cores of one forward pass, 0 for the best number (default: 0)"),
      opt[String]("device")
        .validate(oneOf("device", Device.names))
        .action((value, options) => options.copy(deviceName = value))
        .text("what runs the model, cpu or gpu; on a cluster Spark gives each task its GPU (default: cpu)"),
      opt[Int]("gpus")
        .validate(atLeast("gpus", 1))
        .action((value, options) => options.copy(gpus = value))
        .text("with --device gpu and a local master, how many; CUDA_VISIBLE_DEVICES says which (default: 1)"),
      opt[String]("format")
        .validate(oneOf("format", TableFormat.all.map(_.name)))
        .action((value, options) => options.copy(format = TableFormat.named(value).get))
        .text(s"${TableFormat.all.map(_.name).mkString(", ")} (default: parquet)"),
      opt[String]("input")
        .validate(oneOf("input", InputKind.all.map(_.name)))
        .action((value, options) => options.copy(input = value))
        .text(
          "what --images names: files, parquet (an image a row) or tar (an image a member) (default: files)"
        ),
      opt[String]("path-column")
        .action((value, options) => options.copy(pathColumn = value))
        .text(
          "column with the path of each row, also for --images-from; dots reach into structs (default: path)"
        ),
      opt[String]("content-column")
        .action((value, options) => options.copy(contentColumn = value))
        .text(
          "column with the encoded image, binary or a struct with a field bytes (default: content, else image)"
        ),
      opt[Unit]("all-files")
        .action((_, options) => options.copy(allFiles = true))
        .text(
          s"take hidden files and all suffixes, not only ${ListingRules.suffixes.toSeq.sorted.mkString(", ")}"
        ),
      opt[String]("max-failed")
        .valueName("N|P%")
        .action((value, options) => options.copy(maxFailed = ErrorBudget.parse(value)))
        .text("stop as soon as more images have failed (default: no limit)"),
      opt[Long]("max-bytes")
        .validate(atLeastLong("max-bytes", 1))
        .action((value, options) => options.copy(maxBytes = value))
        .text(s"larger files are not read (default: $DefaultMaxBytes)"),
      opt[Long]("max-pixels")
        .validate(atLeastLong("max-pixels", 1))
        .action((value, options) => options.copy(maxPixels = value))
        .text(s"images of more pixels are not decoded (default: ${DecodeLimits.default.maxPixels})"),
      opt[String]("truncated")
        .validate(oneOf("truncated", Truncated.all.map(_.name)))
        .action((value, options) => options.copy(truncated = Truncated.named(value)))
        .text(
          "error: quarantine truncated images; gray: decode what is there and fill the rest, as Pillow with " +
            "LOAD_TRUNCATED_IMAGES; JPEG and PNG only (default: error)"
        ),
      opt[Unit]("retry-failed")
        .action((_, options) => options.copy(retryFailed = true))
        .text("try the images in quarantine again"),
      opt[Unit]("watch")
        .action((_, options) => options.copy(watch = true))
        .text("go on as files arrive, until it is interrupted"),
      opt[Int]("poll-seconds")
        .validate(atLeast("poll-seconds", 1))
        .action((value, options) => options.copy(pollSeconds = value))
        .text("with --watch, seconds between two looks; files younger than that wait (default: 10)"),
      opt[Double]("commit-seconds")
        .validate(value => if (value >= 0) success else failure(s"--commit-seconds is $value"))
        .action((value, options) => options.copy(commitSeconds = Some(value)))
        .text("write rows so often (default: a twentieth of the time so far, 10 s to 10 min)"),
      opt[Int]("read-ahead")
        .validate(atLeast("read-ahead", 1))
        .action((value, options) => options.copy(readAhead = value))
        .text("files that a task reads ahead; more for slow storage (default: 4)"),
      opt[String]("json")
        .valueName("FILE")
        .action((value, options) => options.copy(json = Some(value)))
        .text("also write the ledger there; - is stdout"),
      help("help").text("print this"),
      checkConfig(options =>
        if (options.watch && options.input != Files)
          failure(s"--watch waits for files; it does not go with --input ${options.input}")
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
      checkConfig(options => refused(options).fold(success)(failure))
    )
  }

  private def wrongImages(options: JobOptions): Option[String] =
    if (options.images.isEmpty && options.imagesFrom.isEmpty)
      Some("nothing names the images; add --images PATH, or --images-from FILE with a list of paths")
    else if (options.imagesFrom.nonEmpty && options.input != Files)
      Some(s"--images-from lists image files; it does not go with --input ${options.input}")
    else if (options.imagesFrom.nonEmpty && options.watch)
      Some("--watch looks again at folders; it does not go with --images-from, whose list is read once")
    else None

  private def refused(options: JobOptions): Option[String] =
    refusedByDevice(options.deviceName, options.gpus, options.threads != 0)(
      (options.gpus != 1 && options.engine == Engine.SparkNlp) -> OneGpuOfSparkNlp
    )
}
