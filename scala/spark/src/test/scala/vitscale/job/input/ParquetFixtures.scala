package vitscale.job.input

import java.nio.file.{Files, Path}

import org.apache.hadoop.conf.Configuration
import org.apache.parquet.example.data.Group
import org.apache.parquet.example.data.simple.SimpleGroupFactory
import org.apache.parquet.hadoop.ParquetFileWriter.Mode
import org.apache.parquet.hadoop.example.ExampleParquetWriter
import org.apache.parquet.hadoop.metadata.CompressionCodecName
import org.apache.parquet.hadoop.util.HadoopInputFile
import org.apache.parquet.hadoop.util.HadoopOutputFile
import org.apache.parquet.io.api.Binary
import org.apache.parquet.schema.{MessageType, MessageTypeParser}

/** Small Parquet files of any schema. */
object ParquetFixtures {

  def schema(columns: String): MessageType = MessageTypeParser.parseMessageType(s"message m { $columns }")

  /** Writes a file; a row group has the given rows at most. */
  def write(file: Path, columns: String, rowsOfGroup: Int = Int.MaxValue)(rows: (Group => Any)*): Path = {
    Files.createDirectories(file.getParent)
    val message = schema(columns)
    val groups = new SimpleGroupFactory(message)
    // Hadoop has no path for some names, so the file gets its own when it is whole.
    val temporary = Files.createTempDirectory("vitscale-parquet-").resolve("whole.parquet")
    val configuration = new Configuration(false)
    val target = HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(temporary.toUri), configuration)
    val writer = ExampleParquetWriter
      .builder(target)
      .withType(message)
      .withConf(configuration)
      .withWriteMode(Mode.OVERWRITE)
      .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
      .withDictionaryEncoding(false)
      .withRowGroupSize(if (rowsOfGroup == Int.MaxValue) 1L << 27 else 1L)
      .withMinRowCountForPageSizeCheck(rowsOfGroup)
      .withMaxRowCountForPageSizeCheck(rowsOfGroup)
      .build()
    try
      rows.foreach { fill =>
        val row = groups.newGroup()
        fill(row)
        writer.write(row)
      }
    finally writer.close()
    Files.move(temporary, file)
  }

  /** A row of `path` and `content`; null leaves a field out. */
  def row(path: String, content: Array[Byte])(group: Group): Unit = {
    if (path != null) group.add("path", path)
    if (content != null) group.add("content", Binary.fromConstantByteArray(content))
  }

  /** A row of `image`, a struct. */
  def image(path: String, content: Array[Byte])(group: Group): Unit = {
    val struct = group.addGroup("image")
    if (path != null) struct.add("path", path)
    if (content != null) struct.add("bytes", Binary.fromConstantByteArray(content))
  }

  val Flat = "optional binary path (STRING); optional binary content;"
  val Datasets =
    "optional group image { optional binary bytes; optional binary path (STRING); } optional int64 label;"

  /** Numbers of rows of the row groups of a file. */
  def rowGroups(file: Path): Int = {
    val reader = org.apache.parquet.hadoop.ParquetFileReader.open(
      HadoopInputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri), new Configuration(false))
    )
    try reader.getRowGroups.size
    finally reader.close()
  }
}
