package vitscale.job.run

import vitscale.classify.Features
import vitscale.command.DeviceConflicts.{refusedByDevice, OneGpuOfSparkNlp}
import vitscale.image.Truncated
import vitscale.job.input.InputKind
import vitscale.job.output.{FeatureType, TableFormat}
import vitscale.job.task.Engine
import vitscale.model.ModelRuntime

/** Options of the job that exclude each other. */
private[run] object OptionConflicts {

  /** Return the message for the first conflict; none if the options fit each other. */
  def of(options: JobOptions): Option[String] =
    ofOutput(options)
      .orElse(ofImages(options))
      .orElse(ofSparkNlp(options))
      .orElse(ofFeatures(options))
      .orElse(ofDevice(options))

  private def ofOutput(options: JobOptions): Option[String] = {
    val isOpen = TableFormat.open.contains(options.format)
    val needed =
      s"needs --format ${TableFormat.open.map(_.name).mkString(" or ")}, but --format is ${options.format.name}"
    first(
      (options.output.isEmpty && options.outputTable.isEmpty) ->
        "no output given; add --output DIR, or --output-table NAME for a table of a catalog",
      (options.output.nonEmpty && options.outputTable.isDefined) ->
        "--output-table cannot be used with --output; remove one of them",
      (options.outputTable.isDefined && !isOpen) -> s"--output-table $needed",
      (options.partitionBy.nonEmpty && !isOpen) -> s"--partition-by $needed"
    )
  }

  private def ofImages(options: JobOptions): Option[String] = {
    val isFiles = options.input == JobOptions.Files
    val isTable = options.input == InputKind.Table.name
    first(
      (options.watch && !isFiles) ->
        s"--watch needs --input files, but --input is ${options.input}; remove one of them",
      (isTable && options.images.size + options.tables.size != 1) ->
        "--input table needs one table; name it with --table NAME, or its folder with --images DIR",
      (options.tables.nonEmpty && !isTable) ->
        s"--table needs --input table, but --input is ${options.input}; remove one of them",
      (options.images.isEmpty && options.imagesFrom.isEmpty && options.tables.isEmpty) ->
        "no images given; add --images PATH, or --images-from FILE with a list of paths",
      (options.imagesFrom.nonEmpty && !isFiles) ->
        s"--images-from needs --input files, but --input is ${options.input}; remove one of them",
      (options.imagesFrom.nonEmpty && options.watch) ->
        "--watch cannot be used with --images-from, whose list is read once; name folders with --images",
      (options.limit.isDefined && options.sample.isDefined) ->
        "--limit cannot be used with --sample; remove one of them",
      (options.limit.isDefined && options.watch) ->
        "--limit cannot be used with --watch, because the first images change; use --sample"
    )
  }

  private def ofSparkNlp(options: JobOptions): Option[String] = {
    val needs = s"needs --engine ${Engine.Vitscale}: Spark NLP"
    if (options.engine != Engine.SparkNlp) None
    else
      first(
        (options.truncated == Truncated.Gray) -> s"--truncated gray $needs decodes images itself",
        (options.runtime == ModelRuntime.OneDnn.name) -> s"--runtime onednn $needs runs the graph itself",
        (options.features != Features.Off) -> s"--features $needs returns labels only",
        options.threshold.isDefined -> s"--threshold $needs returns the first label only"
      )
  }

  private def ofFeatures(options: JobOptions): Option[String] =
    first(
      (options.featuresType == FeatureType.Float16 && Seq(TableFormat.JsonLines, TableFormat.Csv)
        .contains(options.format)) ->
        s"--features-type float16 needs --format parquet, delta or iceberg, but --format is ${options.format.name}"
    )

  private def ofDevice(options: JobOptions): Option[String] =
    refusedByDevice(options.deviceName, options.gpus, options.threads != 0)(
      (options.gpus != 1 && options.engine == Engine.SparkNlp) -> OneGpuOfSparkNlp
    )

  private def first(conflicts: (Boolean, String)*): Option[String] =
    conflicts.collectFirst { case (true, message) => message }
}
