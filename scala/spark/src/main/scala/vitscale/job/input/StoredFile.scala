package vitscale.job.input

import java.io.{IOException, InputStream}
import java.nio.file.attribute.BasicFileAttributes
import java.nio.file.{Files, Path}

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}

import vitscale.FileUri

/** A file as a listing names it, on this machine or on a Hadoop file system. */
sealed private[job] trait StoredFile {

  /** @throws java.io.IOException
    *   if it is not there, or is a folder, a pipe or a device, which holds no data or never ends
    */
  def length: Long

  /** Its bytes from a position on.
    *
    * @throws java.io.IOException
    *   if it cannot be read
    */
  def open(from: Long): InputStream
}

private[job] object StoredFile {

  /** @param path
    *   absolute path of a local file, else its URI, as [[FileEntry]] has it
    */
  def named(path: String, configuration: Configuration): StoredFile =
    FileUri.local(path).fold[StoredFile](Remote(new HadoopPath(path), configuration))(Local(_))

  /** Java's own file API: it can name every file, also those that Hadoop's paths cannot (`a:b.tar`). */
  final case class Local(path: Path) extends StoredFile {

    override def length: Long = {
      val attributes = Files.readAttributes(path, classOf[BasicFileAttributes])
      if (attributes.isDirectory) throw new IOException("it is a folder")
      if (attributes.isOther) throw new IOException(LocalListing.NoData)
      attributes.size
    }

    override def open(from: Long): InputStream = at(Files.newInputStream(path), from)
  }

  final case class Remote(path: HadoopPath, configuration: Configuration) extends StoredFile {

    private def system = path.getFileSystem(configuration)

    override def length: Long = system.getFileStatus(path).getLen

    override def open(from: Long): InputStream = {
      val stream = system.open(path)
      if (from > 0) stream.seek(from) // not every file system can
      stream
    }
  }

  private def at(stream: InputStream, from: Long): InputStream =
    try {
      stream.skipNBytes(from)
      stream
    } catch {
      case error: IOException =>
        stream.close()
        throw error
    }
}
