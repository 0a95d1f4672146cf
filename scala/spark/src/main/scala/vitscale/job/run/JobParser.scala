package vitscale.job.run

import java.nio.file.Paths

import scopt.OParser

import vitscale.classify.{Features, RuntimeChoice}
import vitscale.command.NameList
import vitscale.command.OptionChecks.{atLeast, atLeastLong, oneOf}
import vitscale.device.Device
import vitscale.image.{DecodeLimits, Truncated}
import vitscale.job.input.{InputKind, ListingRules}
import vitscale.job.output.{FeatureType, Sample, TableFormat}
import vitscale.job.task.Engine

/** The command line of the job. */
private[run] object JobParser {

  private val builder = OParser.builder[JobOptions]

  val parser: OParser[Unit, JobOptions] = {
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
        .valueName("DIR")
        .action((value, options) => options.copy(output = value))
        .text("Output folder. An existing one resumes its run."),
      opt[String]("output-table")
        .valueName("NAME")
        .action((value, options) => options.copy(outputTable = Some(value)))
        .text(
          "Table for the predictions in place of --output, with --format delta or iceberg: CATALOG.SCHEMA.TABLE. An existing " +
            "one gets further rows. Failed images go to TABLE_quarantine."
        ),
      opt[String]("partition-by")
        .unbounded()
        .valueName("COLUMN")
        .action((value, options) => options.copy(partitionBy = options.partitionBy :+ value))
        .text(
          "Column to partition new tables by, with --format delta or iceberg: a column of the predictions, date, folder, or " +
            "KEY of folders named KEY=value. Repeat the option for several."
        ),
      opt[Unit]("single-writer")
        .action((_, options) => options.copy(singleWriter = true))
        .text(
          "Accept an output on storage where two runs could both begin. Use it if no other run writes there."
        ),
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
        .text("Format of the output tables: parquet, jsonl, csv, delta or iceberg (default: parquet)."),
      opt[String]("input")
        .validate(oneOf("input", InputKind.all.map(_.name)))
        .action((value, options) => options.copy(input = value))
        .text(
          "Kind of input: files, parquet (one image per row), tar (one image per member) or table (Delta, Iceberg or a " +
            "table of Spark) (default: files)."
        ),
      opt[String]("table")
        .valueName("NAME")
        .action((value, options) => options.copy(tables = Vector(value)))
        .text("Table to read, with --input table: CATALOG.SCHEMA.TABLE. A folder is --images."),
      opt[String]("path-column")
        .action((value, options) => options.copy(pathColumn = value))
        .text(
          "Column with the path of an image, for --input parquet or table and --images-from; nested as a.b (default: path)."
        ),
      opt[String]("content-column")
        .action((value, options) => options.copy(contentColumn = value))
        .text(
          "Column with the image, for --input parquet or table: binary, or struct with a field bytes " +
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
          s"Largest file to read, in bytes; larger ones are quarantined (default: ${JobOptions.DefaultMaxBytes})."
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
      checkConfig(options => OptionConflicts.of(options).fold(success)(failure))
    )
  }
}
