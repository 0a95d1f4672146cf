package vitscale.job.output

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, IOException, OutputStreamWriter}
import java.nio.charset.StandardCharsets.UTF_8

import scala.jdk.CollectionConverters._

import com.univocity.parsers.common.TextParsingException
import com.univocity.parsers.csv.{CsvParser, CsvParserSettings, CsvWriter, CsvWriterSettings}
import org.apache.spark.sql.Row
import org.apache.spark.sql.types.{ArrayType, StructField, StructType, TimestampType}

/** A file after RFC 4180, with a header; a list takes one column for each of its places in the longest row. */
private[job] object CsvFile {

  def encode(rows: Seq[Row], schema: StructType): Array[Byte] = {
    val widths = schema.fields.indices.map(i => if (isList(schema(i))) width(rows, i) else 1)
    val out = new ByteArrayOutputStream()
    val settings = new CsvWriterSettings()
    settings.setQuoteAllFields(true)
    settings.trimValues(false)
    settings.getFormat.setLineSeparator("\n")
    val writer = new CsvWriter(new OutputStreamWriter(out, UTF_8), settings)
    writer.writeHeaders(schema.fields.zip(widths).flatMap { case (field, width) => header(field, width) }: _*)
    rows.foreach { row =>
      val values = schema.fields.zipWithIndex.flatMap { case (field, i) => cells(row, i, field, widths(i)) }
      writer.writeRow(values.toSeq.asJavaCollection)
    }
    writer.close()
    out.toByteArray
  }

  /** @throws java.io.IOException
    *   if it is no CSV with a header, or a row has no path
    */
  def paths(file: Array[Byte]): Seq[String] = {
    val header = file.takeWhile(_ != '\n')
    if (!new String(header, UTF_8).contains("path")) throw new IOException("its header has no column path")
    val parser = new CsvParser(settings(columns = 1 + header.count(_ == ',')))
    try
      parser
        .iterateRecords(new ByteArrayInputStream(file), UTF_8)
        .asScala
        .map(record => Option(record.getString("path")).getOrElse(throw new IOException("a row has no path")))
        .toIndexedSeq
    catch {
      case error: TextParsingException =>
        throw new IOException(String.valueOf(error.getMessage).linesIterator.take(1).mkString, error)
    } finally parser.stopParsing()
  }

  /** univocity's own limits are 512 columns and 4,096 characters a cell; a row here has three columns for each label. */
  private def settings(columns: Int): CsvParserSettings = {
    val settings = new CsvParserSettings()
    settings.setHeaderExtractionEnabled(true)
    settings.selectFields("path")
    settings.setMaxColumns(columns)
    settings.setMaxCharsPerColumn(-1)
    settings.trimValues(false)
    settings.setNormalizeLineEndingsWithinQuotes(false)
    settings.getFormat.setLineSeparator("\n")
    settings
  }

  private def isList(field: StructField): Boolean = field.dataType.isInstanceOf[ArrayType]

  private def width(rows: Seq[Row], i: Int): Int = rows.foldLeft(0)(_ max _.getSeq[Any](i).size)

  private def header(field: StructField, width: Int): Seq[String] = field.dataType match {
    case _: ArrayType => (1 to width).map(place => s"${field.name}_$place")
    case _ => Seq(field.name)
  }

  private def cells(row: Row, i: Int, field: StructField, width: Int): Seq[AnyRef] = field.dataType match {
    case _: ArrayType => row.getSeq[AnyRef](i).padTo(width, null)
    case TimestampType => Seq(TableFormat.moment(row.getLong(i)))
    case _ => Seq(row.getAs[AnyRef](i))
  }
}
