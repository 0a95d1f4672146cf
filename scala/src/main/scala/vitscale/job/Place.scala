package vitscale.job

import java.nio.file.{InvalidPathException, Path, Paths}

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path => HadoopPath}

import vitscale.{RemoteFiles, UsageException}

/** A path as a user writes it: a local one, or one of a Hadoop file system. */
sealed trait Place

object Place {

  /** Read with Java itself, which can name every file, also those that Hadoop's paths cannot (`a:b.jpg`). */
  final case class Local(path: Path) extends Place

  final case class Hadoop(path: HadoopPath) extends Place

  private val Scheme = "([A-Za-z][A-Za-z0-9+.-]*):/.*".r

  /** Reads a path as Spark does: without a scheme it belongs to the default file system (`fs.defaultFS`).
    *
    * @throws vitscale.UsageException
    *   if no file system has such a path, or nothing here knows the default one
    */
  def parse(text: String, configuration: Configuration): Place =
    try
      text.replace("\n", " ") match {
        case Scheme("file") => Local(absolute("/" + text.drop("file:".length).dropWhile(_ == '/')))
        case Scheme(_) => Hadoop(new HadoopPath(text))
        case _ if FileSystem.getDefaultUri(configuration).getScheme == "file" => Local(absolute(text))
        case _ =>
          val path = new HadoopPath(text)
          Hadoop(RemoteFiles.system(path, configuration).makeQualified(path))
      }
    catch {
      case error @ (_: InvalidPathException | _: IllegalArgumentException) =>
        throw new UsageException(s"$text is not a path: ${error.getMessage}", error)
    }

  private def absolute(text: String): Path = Paths.get(text).toAbsolutePath.normalize
}
