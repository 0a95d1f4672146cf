package vitscale.hadoop

import java.io.IOException
import java.nio.file.{AccessDeniedException, Files, NoSuchFileException, Path, Paths}

import scala.util.Try
import scala.util.control.NonFatal

import org.apache.commons.io.IOUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}

import vitscale.{FileUri, ImageException}

/** Reads whole image files by the paths that users give. */
private[vitscale] object ImageFiles {

  private val Remote = "[A-Za-z][A-Za-z0-9+.-]+:/.*".r
  private val Web = "(?i)https?:/.*".r

  /** Reads a local file.
    *
    * @throws vitscale.ImageException
    *   if it cannot be read
    */
  def readLocal(path: String): Array[Byte] = attempt(Files.readAllBytes(Paths.get(path)))

  /** Reads a local path, a `file:` URI or a URI of a Hadoop file system. A path that exists is never taken for a URI, and
    * what the web has is not fetched, though Hadoop could.
    *
    * @throws vitscale.ImageException
    *   if it cannot be read
    */
  def read(path: String, configuration: => Configuration): Array[Byte] = local(path) match {
    case Some(file) => attempt(Files.readAllBytes(file))
    case None =>
      path match {
        case Web() =>
          throw new ImageException("It is a URL, and ViTScale opens no connection to it. Download it first.")
        case Remote() => attempt(readRemote(new HadoopPath(path), configuration))
        case _ => readLocal(path)
      }
  }

  /** The local file that a path or a `file:` URI names, if it exists. */
  def local(path: String): Option[Path] = {
    val candidates = Seq(Try(Paths.get(path)).toOption, Try(FileUri.path(path)).toOption.flatten)
    candidates.flatten.find(Files.exists(_))
  }

  private def readRemote(path: HadoopPath, configuration: Configuration): Array[Byte] = {
    val stream = RemoteFiles.system(path, configuration).open(path)
    try IOUtils.toByteArray(stream)
    finally stream.close()
  }

  private def attempt(read: => Array[Byte]): Array[Byte] =
    try read
    catch {
      case error: IOException => throw unreadable(reason(error), error)
      case error: OutOfMemoryError => throw unreadable("it takes more memory than the JVM has", error)
      // No valid path, or a file system whose client fails in its own way.
      case NonFatal(error) => throw unreadable(RemoteFiles.reason(error), error)
    }

  private def unreadable(reason: String, cause: Throwable) =
    new ImageException(s"It cannot be read: ${reason.stripSuffix(".")}.", cause)

  private def reason(error: IOException): String = error match {
    case _: NoSuchFileException => "No such file or directory"
    case _: AccessDeniedException => "Permission denied"
    case other => RemoteFiles.reason(other)
  }
}
