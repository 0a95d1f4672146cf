package vitscale.job.tables

import java.nio.ByteBuffer
import java.time.{Instant, ZoneOffset}
import java.util.UUID

import scala.jdk.CollectionConverters._

import org.apache.iceberg.data.{GenericAppenderFactory, GenericRecord, InternalRecordWrapper, Record}
import org.apache.iceberg.io.{BaseTaskWriter, OutputFileFactory, PartitionedFanoutWriter, UnpartitionedWriter}
import org.apache.iceberg.{DataFile, FileFormat, PartitionKey, Table}
import org.apache.spark.sql.Row
import org.apache.spark.sql.types.{StructType, TimestampType}

/** Writes rows into data files of an Iceberg table, on the driver, by the table's own layout. */
private[job] object IcebergFiles {

  private val Format = FileFormat.PARQUET
  private val FileBytes = 512L << 20

  /** Write rows.
    *
    * @param rows
    *   whose times are milliseconds since 1970
    * @return
    *   the files, which no commit names yet
    */
  def write(table: Table, rows: Seq[Row], columns: StructType): Seq[DataFile] = {
    val (schema, layout) = (table.schema, table.spec)
    val appenders = new GenericAppenderFactory(schema, layout).setAll(table.properties)
    val files =
      OutputFileFactory.builderFor(table, 0, 0).format(Format).operationId(UUID.randomUUID().toString).build()
    val writer: BaseTaskWriter[Record] =
      if (layout.isUnpartitioned)
        new UnpartitionedWriter(layout, Format, appenders, files, table.io, FileBytes)
      else
        new PartitionedFanoutWriter[Record](layout, Format, appenders, files, table.io, FileBytes) {
          private val key = new PartitionKey(layout, schema)
          private val values = new InternalRecordWrapper(schema.asStruct)
          override protected def partition(record: Record): PartitionKey = {
            key.partition(values.wrap(record))
            key
          }
        }
    val names = columns.fieldNames.map(name => schema.caseInsensitiveFindField(name).name)
    val empty = GenericRecord.create(schema)
    try {
      rows.foreach { row =>
        val record = empty.copy()
        names.indices.foreach(at => record.setField(names(at), value(row, at, columns)))
        writer.write(record)
      }
      writer.complete().dataFiles.toSeq
    } catch {
      case error: Throwable =>
        writer.abort()
        throw error
    }
  }

  /** A value of a row as Iceberg's generic records hold it. */
  private def value(row: Row, at: Int, columns: StructType): AnyRef = row.get(at) match {
    case millis: Long if columns(at).dataType == TimestampType =>
      Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC)
    case date: java.sql.Date => date.toLocalDate
    case bytes: Array[Byte] => ByteBuffer.wrap(bytes)
    case values: Seq[_] => values.map(_.asInstanceOf[AnyRef]).asJava
    case other => other.asInstanceOf[AnyRef]
  }
}
