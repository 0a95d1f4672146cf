package vitscale.job.output

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, IOException}

import org.apache.hadoop.conf.Configuration
import org.apache.parquet.example.data.Group
import org.apache.parquet.example.data.simple.SimpleGroupFactory
import org.apache.parquet.hadoop.ParquetReader
import org.apache.parquet.hadoop.api.ReadSupport
import org.apache.parquet.hadoop.example.{ExampleParquetWriter, GroupReadSupport}
import org.apache.parquet.hadoop.metadata.CompressionCodecName
import org.apache.parquet.io._
import org.apache.parquet.io.api.Binary
import org.apache.spark.sql.Row
import org.apache.spark.sql.execution.datasources.parquet.SparkToParquetSchemaConverter
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types._

/** A Parquet file in memory, with the schema as Spark would write it. */
private[job] object ParquetFile {

  private val MicrosPerMilli = 1000L
  private val PathColumn = "message row { required binary path (UTF8); }"

  def encode(rows: Seq[Row], schema: StructType): Array[Byte] = {
    val message = new SparkToParquetSchemaConverter(settings).convert(schema)
    val groups = new SimpleGroupFactory(message)
    val target = new Memory
    val writer = ExampleParquetWriter
      .builder(target)
      .withType(message)
      .withConf(new Configuration(false))
      .withCompressionCodec(CompressionCodecName.SNAPPY)
      .build()
    try rows.foreach(row => writer.write(fill(groups.newGroup(), row, schema)))
    finally writer.close()
    target.bytes
  }

  /** Spark's defaults but for the type of times. By its text, because the setting's type and the converter's other
    * constructors differ between Spark 3.5 and the releases of Spark 4.
    */
  private def settings: SQLConf = {
    val changed = new SQLConf
    changed.setConfString("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    changed
  }

  /** @throws java.io.IOException
    *   if it is no Parquet file, or has no column of paths
    */
  def paths(file: Array[Byte]): Seq[String] = {
    val configuration = new Configuration(false)
    configuration.set(ReadSupport.PARQUET_READ_SCHEMA, PathColumn)
    try {
      val reader = new PathReader(new Bytes(file)).withConf(configuration).build()
      try
        Iterator.continually(reader.read()).takeWhile(_ != null).map(_.getString("path", 0)).toIndexedSeq
      finally reader.close()
    } catch { case error: RuntimeException => throw new IOException(error.getMessage, error) }
  }

  private def fill(group: Group, row: Row, schema: StructType): Group = {
    schema.fields.zipWithIndex.foreach { case (field, i) =>
      if (!row.isNullAt(i))
        field.dataType match {
          case _: ArrayType =>
            val list = group.addGroup(field.name)
            row.getSeq[Any](i).foreach(element => add(list.addGroup("list"), "element", element))
          case TimestampType => group.add(field.name, row.getLong(i) * MicrosPerMilli)
          case _ => add(group, field.name, row.get(i))
        }
    }
    group
  }

  private def add(group: Group, name: String, value: Any): Unit = value match {
    case text: String => group.add(name, text)
    case real: Float => group.add(name, real)
    case whole: Long => group.add(name, whole)
    case whole: Int => group.add(name, whole)
    case bytes: Array[Byte] => group.add(name, Binary.fromConstantByteArray(bytes))
    case null => ()
    case other => throw new IllegalArgumentException(s"no column of ${other.getClass.getName}")
  }

  private final class Memory extends OutputFile {
    private val out = new ByteArrayOutputStream()

    def bytes: Array[Byte] = out.toByteArray

    override def create(blockSizeHint: Long): PositionOutputStream = new PositionOutputStream {
      override def getPos: Long = out.size.toLong
      override def write(byte: Int): Unit = out.write(byte)
      override def write(bytes: Array[Byte], from: Int, count: Int): Unit = out.write(bytes, from, count)
    }

    override def createOrOverwrite(blockSizeHint: Long): PositionOutputStream = create(blockSizeHint)

    override def supportsBlockSize(): Boolean = false

    override def defaultBlockSize(): Long = 0
  }

  private final class PathReader(file: InputFile) extends ParquetReader.Builder[Group](file) {
    override def getReadSupport: ReadSupport[Group] = new GroupReadSupport
  }

  private final class Bytes(content: Array[Byte]) extends InputFile {

    override def getLength: Long = content.length.toLong

    override def newStream(): SeekableInputStream = {
      val bytes = new Seekable(content)
      new DelegatingSeekableInputStream(bytes) {
        override def getPos: Long = bytes.position.toLong
        override def seek(to: Long): Unit = bytes.seek(to.toInt)
      }
    }
  }

  private final class Seekable(content: Array[Byte]) extends ByteArrayInputStream(content) {
    def position: Int = pos
    def seek(to: Int): Unit = pos = to
  }
}
