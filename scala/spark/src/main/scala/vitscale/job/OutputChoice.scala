package vitscale.job

import org.apache.hadoop.conf.Configuration
import org.apache.spark.sql.SparkSession

import vitscale.hadoop.Location
import vitscale.job.output.FolderLayout.requireFolder
import vitscale.job.output.StorageErrors.whileOpening
import vitscale.job.output.{FileFormat, JobOutput, OpenFormat, OutputFolder, RunKey, Storage}
import vitscale.job.run.JobOptions
import vitscale.job.tables.{OutputTables, TableOutput}

/** The output that the options name: a folder, or tables of a catalog. */
final private[job] class OutputChoice(spark: SparkSession, options: JobOptions, say: String => Unit) {

  private val configuration: Configuration = spark.sparkContext.hadoopConfiguration

  /** The folder; none for tables of a catalog. */
  val folder: Option[Location] =
    if (options.outputTable.isDefined) None else Some(Location.parse(options.output, configuration))

  private lazy val storage: Option[Storage] =
    folder.map(place => requireFolder(Storage.at(place, configuration)))

  /** The key of its rows; none if it has no rows. */
  def earlierKey: Option[RunKey] = options.format match {
    case _: FileFormat => storage.flatMap(OutputFolder.earlierKey)
    case open: OpenFormat => explained(tables(open).earlierKey)
  }

  /** Open it for writing. */
  def open(key: RunKey): JobOutput = options.format match {
    case files: FileFormat => OutputFolder.open(spark, storage.get, files, key, say, options.singleWriter)
    case open: OpenFormat =>
      val chosen = tables(open)
      TableOutput.open(
        spark.sparkContext,
        explained(chosen.home(say)),
        chosen.all,
        key,
        options.partitionBy,
        options.singleWriter
      )
  }

  private def explained[A](action: => A): A = storage.fold(action)(whileOpening(_)(action))

  private def tables(format: OpenFormat): OutputTables =
    OutputTables.of(spark, format, storage.toRight(options.outputTable.getOrElse("")))
}
