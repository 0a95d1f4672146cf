package vitscale.job.input

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.charset.CharacterCodingException

import scala.jdk.CollectionConverters._
import scala.util.Try
import scala.util.control.NonFatal

import org.apache.parquet.example.data.Group
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter
import org.apache.parquet.hadoop.ParquetFileReader
import org.apache.parquet.io.ColumnIOFactory
import org.apache.parquet.io.api.Binary
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName._
import org.apache.parquet.schema.{GroupType, MessageType, PrimitiveType, Type}

/** The rows of one Parquet file, read by row group. Only the needed columns are read. */
final private[job] class ParquetRows(reader: ParquetFileReader) extends AutoCloseable {

  private val schema = reader.getFileMetaData.getSchema
  private val createdBy = reader.getFileMetaData.getCreatedBy

  /** Rows of each row group. */
  val sizes: IndexedSeq[Int] =
    reader.getRowGroups.asScala.map(group => Math.toIntExact(group.getRowCount)).toIndexedSeq

  /** A column's values in a row group as text, null where there is none.
    *
    * @throws java.lang.Exception
    *   if the column is damaged, or compressed with an unknown codec
    */
  def texts(rowGroup: Int, column: Seq[String]): Iterator[String] = {
    val text = ParquetRows.asText(typeOf(schema, column))
    values(rowGroup, column).map(_.fold(null: String) { case (group, field) => text(group, field) })
  }

  /** A column's bytes in a row group; none where the value is null. A row that cannot be read, and all rows after it, return
    * the reason instead.
    */
  def contents(rowGroup: Int, column: Seq[String]): Iterator[Either[String, Option[Binary]]] = {
    val read = Try(values(rowGroup, column))
    var broken = read.failed.toOption.map(ParquetRows.reason)
    Iterator.fill(sizes(rowGroup)) {
      if (broken.isEmpty)
        try Right(read.get.next().map { case (group, field) => group.getBinary(field, 0) })
        catch {
          case NonFatal(error) =>
            broken = Some(ParquetRows.reason(error))
            Left(broken.get)
        }
      else Left(broken.get)
    }
  }

  /** The struct that holds a column's value in each row, and the place of the value in it; none where it is null. */
  private def values(rowGroup: Int, column: Seq[String]): Iterator[Option[(Group, Int)]] =
    if (sizes(rowGroup) == 0) Iterator.empty
    else {
      val projection = new MessageType(schema.getName, ParquetRows.only(schema, column))
      reader.setRequestedSchema(projection)
      val records = new ColumnIOFactory(createdBy)
        .getColumnIO(projection, schema)
        .getRecordReader(reader.readRowGroup(rowGroup), new GroupRecordConverter(projection))
      Iterator.fill(sizes(rowGroup))(ParquetRows.inside(records.read(), column))
    }

  private def typeOf(group: GroupType, column: Seq[String]): PrimitiveType = {
    val field = group.getType(column.head)
    if (column.size == 1) field.asPrimitiveType else typeOf(field.asGroupType, column.tail)
  }

  override def close(): Unit = reader.close()
}

private[job] object ParquetRows {

  /** The reason in one line. */
  def reason(error: Throwable): String = {
    val cause = Iterator.iterate(error)(_.getCause).takeWhile(_ != null).toSeq.last
    Option(cause.getMessage).fold(cause.toString)(_.linesIterator.take(1).mkString)
  }

  private def only(group: GroupType, column: Seq[String]): Type = {
    val field = group.getType(column.head)
    if (column.size == 1) field else field.asGroupType.withNewFields(only(field.asGroupType, column.tail))
  }

  private def inside(record: Group, column: Seq[String]): Option[(Group, Int)] = {
    val field = record.getType.getFieldIndex(column.head)
    if (record.getFieldRepetitionCount(field) == 0) None
    else if (column.size == 1) Some((record, field))
    else inside(record.getGroup(field, 0), column.tail)
  }

  /** How values of a type become text: numbers as digits, dates and times as ISO 8601 in UTC, UUIDs with hyphens. Bytes of no
    * known meaning are read as UTF-8, else written as hexadecimal digits.
    */
  private def asText(of: PrimitiveType): (Group, Int) => String = {
    val words = of.stringifier()
    of.getPrimitiveTypeName match {
      case BOOLEAN => (group, field) => words.stringify(group.getBoolean(field, 0))
      case INT32 => (group, field) => words.stringify(group.getInteger(field, 0))
      case INT64 => (group, field) => words.stringify(group.getLong(field, 0))
      case FLOAT => (group, field) => words.stringify(group.getFloat(field, 0))
      case DOUBLE => (group, field) => words.stringify(group.getDouble(field, 0))
      case INT96 => (group, field) => words.stringify(group.getInt96(field, 0))
      case _ if of.getLogicalTypeAnnotation == null =>
        (group, field) => {
          val value = group.getBinary(field, 0)
          utf8(value.toByteBuffer).getOrElse(words.stringify(value))
        }
      case _ => (group, field) => words.stringify(group.getBinary(field, 0))
    }
  }

  private def utf8(bytes: ByteBuffer): Option[String] =
    try Some(UTF_8.newDecoder().decode(bytes.duplicate()).toString)
    catch { case _: CharacterCodingException => None }
}
