package vitscale.job.output

import java.time.Instant

import scala.util.Try

import org.apache.spark.SPARK_VERSION
import org.apache.spark.sql.Row
import org.apache.spark.sql.types.StructType

import vitscale.{NamedValue, NamedValues, UsageException}

/** A format of the output tables.
  *
  * @param name
  *   value of `--format`
  */
sealed abstract class TableFormat(override val name: String) extends NamedValue with Serializable

/** A format of files that the driver writes itself: it encodes rows into files, and reads the paths of these files again.
  *
  * Whole files are encoded and decoded in memory, without Spark's readers, so no folder name and no width of a table can
  * prevent a resume.
  *
  * @param suffix
  *   suffix of the files
  */
sealed abstract class FileFormat(name: String, val suffix: String) extends TableFormat(name) {

  /** One whole file, built in memory. */
  def encode(rows: Seq[Row], schema: StructType): Array[Byte]

  /** Read the column `path` of such a file. Throws an `IOException` if the file has another format, or a row no path. */
  def paths(file: Array[Byte]): Seq[String]
}

/** An open table format: a log of commits decides which rows exist. Its library is the user's own; this package brings none.
  *
  * @param source
  *   class of its data source in Spark, which tells whether the library is on the class path
  * @param settings
  *   settings of Spark that its SQL commands need
  */
sealed abstract class OpenFormat(
    name: String,
    val source: String,
    val settings: Map[String, String]
) extends TableFormat(name) {

  /** Whether the format's library is on the class path. */
  def isPresent: Boolean =
    Try(Class.forName(source, false, Thread.currentThread.getContextClassLoader)).isSuccess

  /** Check that the format's library is on the class path.
    *
    * @param option
    *   the option that needs it, for the message
    * @throws vitscale.UsageException
    *   if it is not
    */
  def requireLibrary(option: String): Unit =
    if (!isPresent) throw new UsageException(TableLibraries.missing(option, name, SPARK_VERSION))
}

object TableFormat extends NamedValues[TableFormat] {

  val files: Seq[FileFormat] = Seq(Parquet, JsonLines, Csv)
  val open: Seq[OpenFormat] = Seq(Delta, Iceberg)
  override val all: Seq[TableFormat] = files ++ open

  case object Parquet extends FileFormat("parquet", ".parquet") {
    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = ParquetFile.encode(rows, schema)
    override def paths(file: Array[Byte]): Seq[String] = ParquetFile.paths(file)
  }

  case object JsonLines extends FileFormat("jsonl", ".jsonl") {
    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = JsonLinesFile.encode(rows, schema)
    override def paths(file: Array[Byte]): Seq[String] = JsonLinesFile.paths(file)
  }

  case object Csv extends FileFormat("csv", ".csv") {
    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = CsvFile.encode(rows, schema)
    override def paths(file: Array[Byte]): Seq[String] = CsvFile.paths(file)
  }

  /** Delta Lake. */
  case object Delta
      extends OpenFormat(
        "delta",
        "io.delta.sql.DeltaSparkSessionExtension",
        Map(
          "spark.sql.extensions" -> "io.delta.sql.DeltaSparkSessionExtension",
          "spark.sql.catalog.spark_catalog" -> "org.apache.spark.sql.delta.catalog.DeltaCatalog",
          // The state of a table's log is small here, and each of its partitions costs a task at each commit.
          "spark.databricks.delta.snapshotPartitions" -> "2",
          "spark.delta.logStore.s3a.impl" -> "vitscale.delta.S3ConditionalLogStore"
        )
      )

  case object Iceberg
      extends OpenFormat(
        "iceberg",
        "org.apache.iceberg.spark.SparkCatalog",
        // The catalog that reads tables of folders: Iceberg's default needs Hive. Its warehouse stays empty.
        Map(
          "spark.sql.catalog.default_iceberg" -> "org.apache.iceberg.spark.SparkCatalog",
          "spark.sql.catalog.default_iceberg.type" -> "hadoop",
          "spark.sql.catalog.default_iceberg.warehouse" -> "file:/unused"
        )
      )

  /** A time as text: ISO 8601, UTC. */
  private[job] def moment(millis: Long): String = Instant.ofEpochMilli(millis).toString
}
