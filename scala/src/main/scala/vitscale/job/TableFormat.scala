package vitscale.job

import java.io.{ByteArrayOutputStream, OutputStreamWriter}
import java.nio.charset.StandardCharsets.UTF_8
import java.time.Instant

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.ObjectMapper
import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}
import com.univocity.parsers.csv.{CsvWriter, CsvWriterSettings}
import org.apache.spark.sql.types._
import org.apache.spark.sql.{DataFrame, DataFrameReader, Row}

/** How a table is written to files.
  *
  * @param name
  *   as users name it
  * @param suffix
  *   of the files
  */
sealed abstract class TableFormat(val name: String, val suffix: String) {

  /** One whole file, built in memory. */
  def encode(rows: Seq[Row], schema: StructType): Array[Byte]

  /** Reads the column `path` of such files. */
  def paths(reader: DataFrameReader, files: Seq[String]): DataFrame
}

object TableFormat {

  val all: Seq[TableFormat] = Seq(Parquet, JsonLines, Csv)

  def named(name: String): Option[TableFormat] = all.find(_.name == name)

  case object Parquet extends TableFormat("parquet", ".parquet") {

    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = ParquetFile.encode(rows, schema)

    override def paths(reader: DataFrameReader, files: Seq[String]): DataFrame =
      reader.parquet(files: _*).select("path")
  }

  /** One JSON object a line; times in ISO 8601, UTC. */
  case object JsonLines extends TableFormat("jsonl", ".jsonl") {

    private val json = new ObjectMapper()

    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = {
      val out = new ByteArrayOutputStream()
      rows.foreach { row =>
        out.write(json.writeValueAsBytes(node(row, schema)))
        out.write('\n')
      }
      out.toByteArray
    }

    override def paths(reader: DataFrameReader, files: Seq[String]): DataFrame =
      reader.schema("path string").json(files: _*)

    private def node(row: Row, schema: StructType): ObjectNode = {
      val fields = json.createObjectNode()
      schema.fields.zipWithIndex.foreach { case (field, i) =>
        fields.set[ObjectNode](
          field.name,
          json.valueToTree[com.fasterxml.jackson.databind.JsonNode](value(row, i, field))
        )
      }
      fields
    }

    private def value(row: Row, i: Int, field: StructField): Any =
      if (row.isNullAt(i)) null
      else
        field.dataType match {
          case TimestampType => moment(row.getLong(i))
          case _: ArrayType => array(row.getSeq[Any](i))
          case _ => row.get(i)
        }

    private def array(values: Seq[Any]): ArrayNode =
      values.foldLeft(json.createArrayNode())((node, value) => node.addPOJO(value))
  }

  /** RFC 4180, with a header; a list takes one column for each of its places. */
  case object Csv extends TableFormat("csv", ".csv") {

    override def encode(rows: Seq[Row], schema: StructType): Array[Byte] = {
      val width =
        rows.map(lists(_, schema).map(_.size).reduceOption(_ max _).getOrElse(0)).foldLeft(0)(_ max _)
      val out = new ByteArrayOutputStream()
      val settings = new CsvWriterSettings()
      settings.setQuoteAllFields(true)
      settings.trimValues(false)
      settings.getFormat.setLineSeparator("\n")
      val writer = new CsvWriter(new OutputStreamWriter(out, UTF_8), settings)
      writer.writeHeaders(schema.fields.flatMap(header(_, width)): _*)
      rows.foreach { row =>
        val values = schema.fields.zipWithIndex.flatMap { case (field, i) => cells(row, i, field, width) }
        writer.writeRow(values.toSeq.asJavaCollection)
      }
      writer.close()
      out.toByteArray
    }

    override def paths(reader: DataFrameReader, files: Seq[String]): DataFrame =
      reader
        .option("header", value = true)
        .option("multiLine", value = true)
        .option("escape", "\"")
        .csv(files: _*)
        .select("path")

    private def lists(row: Row, schema: StructType): Seq[Seq[Any]] =
      schema.fields.toSeq.zipWithIndex.collect { case (StructField(_, _: ArrayType, _, _), i) =>
        row.getSeq[Any](i)
      }

    private def header(field: StructField, width: Int): Seq[String] = field.dataType match {
      case _: ArrayType => (1 to width).map(place => s"${field.name}_$place")
      case _ => Seq(field.name)
    }

    private def cells(row: Row, i: Int, field: StructField, width: Int): Seq[AnyRef] = field.dataType match {
      case _: ArrayType => row.getSeq[AnyRef](i).padTo(width, null)
      case TimestampType => Seq(moment(row.getLong(i)))
      case _ => Seq(row.getAs[AnyRef](i))
    }
  }

  private def moment(millis: Long): String = Instant.ofEpochMilli(millis).toString
}
