package vitscale.job.input

import java.nio.channels.{Channels, FileChannel}
import java.nio.file.StandardOpenOption.READ
import java.nio.file.{Files, Path}

import scala.util.control.NonFatal

import org.apache.hadoop.conf.Configuration
import org.apache.parquet.HadoopReadOptions
import org.apache.parquet.hadoop.ParquetFileReader
import org.apache.parquet.hadoop.util.HadoopInputFile
import org.apache.parquet.io.{DelegatingSeekableInputStream, InputFile, SeekableInputStream}

/** Opens Parquet files with parquet-mr. */
private[job] object ParquetInput {

  /** Opens a file and reads its footer, also where unused columns have a logical type that this parquet-mr does not know.
    *
    * @throws java.lang.Exception
    *   if it is no Parquet file, or is damaged
    */
  def open(path: String, configuration: Configuration): ParquetFileReader = {
    val file = StoredFile.named(path, configuration) match {
      case StoredFile.Local(local) => new LocalFile(local)
      case StoredFile.Remote(remote, settings) => HadoopInputFile.fromPath(remote, settings)
    }
    val options = HadoopReadOptions.builder(configuration).build()
    try ParquetFileReader.open(file, options)
    catch {
      case NonFatal(error) =>
        val known = KnownTypes.of(file).getOrElse(throw error)
        ParquetFileReader.open(known, options)
    }
  }

  private final class LocalFile(path: Path) extends InputFile {

    override def getLength: Long = Files.size(path)

    override def newStream(): SeekableInputStream = {
      val channel = FileChannel.open(path, READ)
      new DelegatingSeekableInputStream(Channels.newInputStream(channel)) {
        override def getPos: Long = channel.position()
        override def seek(position: Long): Unit = {
          channel.position(position)
          ()
        }
      }
    }

    override def toString: String = path.toString
  }
}
