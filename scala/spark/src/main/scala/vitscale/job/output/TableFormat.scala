package vitscale.job.output

import java.time.Instant

import org.apache.spark.sql.Row
import org.apache.spark.sql.types.StructType

/** A format of the output tables: it encodes rows into files, and reads the paths of these files again.
  *
  * Whole files are encoded and decoded in memory, without Spark's readers, so no folder name and no width of a table can
  * prevent a resume.
  *
  * @param name
  *   value of `--format`
  * @param suffix
  *   suffix of the files
  */
sealed abstract class TableFormat(val name: String, val suffix: String) extends Serializable {

  /** One whole file, built in memory. */
  def encode(rows: Seq[Row], schema: StructType): Array[Byte]

  /** Read the column `path` of such a file. Throws an `IOException` if the file has another format, or a row no path. */
  def paths(file: Array[Byte]): Seq[String]
}

object TableFormat {

  val all: Seq[TableFormat] = Seq(Parquet, JsonLines, Csv)

  def named(name: String): Option[TableFormat] = all.find(_.name == name)

  case object Parquet extends TableFormat("parquet", ".parquet") {
    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = ParquetFile.encode(rows, schema)
    override def paths(file: Array[Byte]): Seq[String] = ParquetFile.paths(file)
  }

  case object JsonLines extends TableFormat("jsonl", ".jsonl") {
    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = JsonLinesFile.encode(rows, schema)
    override def paths(file: Array[Byte]): Seq[String] = JsonLinesFile.paths(file)
  }

  case object Csv extends TableFormat("csv", ".csv") {
    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = CsvFile.encode(rows, schema)
    override def paths(file: Array[Byte]): Seq[String] = CsvFile.paths(file)
  }

  /** A time as text: ISO 8601, UTC. */
  private[job] def moment(millis: Long): String = Instant.ofEpochMilli(millis).toString
}
