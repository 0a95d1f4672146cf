package vitscale.job.run

import java.nio.file.Paths

import scopt.OParser

import vitscale.classify.{Features, RuntimeChoice}
import vitscale.command.{NameList, OptionKinds}
import vitscale.device.Device
import vitscale.image.{DecodeLimits, Truncated}
import vitscale.job.input.{InputKind, ListingRules}
import vitscale.job.output.{FeatureType, Sample, TableFormat}
import vitscale.job.task.Engine

/** The command line of the job. */
private[run] object JobParser {

  private val builder = OParser.builder[JobOptions]
  private val kinds = new OptionKinds(builder)

  val parser: OParser[Unit, JobOptions] = {
    import builder._
    import kinds._
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
      flag(
        "single-writer",
        "Accept an output on storage where two runs could both begin. Use it if no other run writes there."
      )(_.copy(singleWriter = true)),
      choice(
        "engine",
        Engine.names,
        s"Engine: vitscale, or spark-nlp for Spark NLP's own (default: ${Engine.Vitscale})."
      )((value, options) => options.copy(engine = value)),
      opt[String]("precision")
        .valueName("NAME")
        .action((value, options) => options.copy(precision = value))
        .text(OptionKinds.Precision),
      choice(
        "runtime",
        RuntimeChoice.names,
        "Library that computes the forward pass: auto (the faster one here), onnxruntime or onednn " +
          s"(default: ${RuntimeChoice.Auto})."
      )((value, options) => options.copy(runtime = value)),
      whole("top-k", "Number of labels for each image (default: 5; with --threshold all).")(
        (value, options) => options.copy(topK = Some(value))
      ),
      opt[Double]("threshold")
        .valueName("T")
        .validate(value =>
          if (value >= 0 && value <= 1) success
          else failure(s"--threshold is $value; expected a score from 0 to 1")
        )
        .action((value, options) => options.copy(threshold = Some(value.toFloat)))
        .text("Smallest score of a label, from 0 to 1. An image may then have no label (default: none)."),
      named(
        "features",
        Features,
        "Features of each image, the input of the classification head: none, pooled, or normalized to " +
          "an L2 norm of 1 (default: none)."
      )((value, options) => options.copy(features = value)),
      named(
        "features-type",
        FeatureType,
        "Type of the features: float32, or float16 as little-endian bytes in Parquet (default: float32)."
      )((value, options) => options.copy(featuresType = value)),
      whole("batch-size", "Images in one forward pass (default: the engine's own).")((value, options) =>
        options.copy(batchSize = Some(value))
      ),
      whole("threads", "Threads of one forward pass. 0 picks the fastest setting (default: 0).", least = 0)(
        (value, options) => options.copy(threads = value)
      ),
      choice(
        "device",
        Device.names,
        "Device for the model: cpu or gpu. On a cluster, Spark assigns each task its GPU (default: cpu)."
      )((value, options) => options.copy(deviceName = value)),
      whole(
        "gpus",
        "Number of GPUs of this machine to use, with --device gpu and a local master; " +
          "CUDA_VISIBLE_DEVICES selects them (default: 1)."
      )((value, options) => options.copy(gpus = value)),
      named(
        "format",
        TableFormat,
        "Format of the output tables: parquet, jsonl, csv, delta or iceberg (default: parquet)."
      )((value, options) => options.copy(format = value)),
      choice(
        "input",
        InputKind.names,
        "Kind of input: files, parquet (one image per row), tar (one image per member) or table (Delta, Iceberg or a " +
          "table of Spark) (default: files)."
      )((value, options) => options.copy(input = value)),
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
      flag(
        "all-files",
        s"Include hidden files and all suffixes, not only ${ListingRules.suffixes.toSeq.sorted.mkString(", ")}."
      )(_.copy(allFiles = true)),
      whole("limit", "Number of images: use the first N only, in the order of their paths (default: all).")(
        (value, options) => options.copy(limit = Some(value))
      ),
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
      large(
        "max-bytes",
        s"Largest file to read, in bytes; larger ones are quarantined (default: ${JobOptions.DefaultMaxBytes})."
      )((value, options) => options.copy(maxBytes = value)),
      large(
        "max-pixels",
        "Largest image to decode, in pixels; larger ones are quarantined " +
          s"(default: ${DecodeLimits.default.maxPixels})."
      )((value, options) => options.copy(maxPixels = value)),
      choice(
        "truncated",
        Truncated.all.map(_.name),
        "Truncated images: error quarantines them; gray fills the missing part of JPEG and PNG, as Pillow " +
          "does with LOAD_TRUNCATED_IMAGES (default: error)."
      )((value, options) => options.copy(truncated = Truncated.named(value))),
      flag("retry-failed", "Retry the images in quarantine.")(_.copy(retryFailed = true)),
      flag("watch", "Classify new files as they arrive, until Ctrl-C.")(_.copy(watch = true)),
      whole(
        "poll-seconds",
        "Seconds between two listings, with --watch. Younger files wait for the next one (default: 10)."
      )((value, options) => options.copy(pollSeconds = value)),
      seconds(
        "commit-seconds",
        "Seconds between two commits of results (default: a twentieth of the run time, 10 to 600)."
      )((value, options) => options.copy(commitSeconds = Some(value))),
      whole("read-ahead", "Number of files that a task reads ahead. Raise it for slow storage (default: 4).")(
        (value, options) => options.copy(readAhead = value)
      ),
      opt[String]("json")
        .valueName("FILE")
        .action((value, options) => options.copy(json = Some(value)))
        .text("File for the ledger as JSON; - is stdout."),
      help("help").text("Print this help."),
      checkConfig(options => OptionConflicts.of(options).fold(success)(failure))
    )
  }
}
