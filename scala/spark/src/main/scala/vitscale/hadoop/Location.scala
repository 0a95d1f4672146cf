package vitscale.hadoop

import java.nio.file.{Files, InvalidPathException, Path, Paths}

import scala.jdk.CollectionConverters._
import scala.util.Try

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path => HadoopPath}

import vitscale.{FileUri, UsageException}

/** A path as a user writes it: a local one, or one of a Hadoop file system. */
sealed trait Location

object Location {

  /** Read with Java itself, which can name every file, also those that Hadoop's paths cannot (`a:b.jpg`). */
  final case class Local(path: Path) extends Location

  final case class Hadoop(path: HadoopPath) extends Location

  /** Reads a path: a `file:` URI by the rule of `vitscale.FileUri`, other URIs as Hadoop does; without a scheme it belongs
    * to the default file system (`fs.defaultFS`).
    *
    * @throws vitscale.UsageException
    *   if the path is invalid, or the default file system is unknown here
    */
  def parse(text: String, configuration: Configuration): Location =
    try
      named(text).getOrElse {
        if (FileSystem.getDefaultUri(configuration).getScheme == "file") Local(absolute(Paths.get(text)))
        else {
          val path = new HadoopPath(text)
          Hadoop(RemoteFiles.system(path, configuration).makeQualified(path))
        }
      }
    catch {
      case error @ (_: InvalidPathException | _: IllegalArgumentException) =>
        throw new UsageException(s"$text is not a path: ${error.getMessage}", error)
    }

  /** Return the place of a URI; none if the text has no scheme. */
  private def named(text: String): Option[Location] =
    FileUri.path(text).map(path => Local(absolute(path))).orElse(RemoteFiles.path(text).map(Hadoop))

  private def absolute(path: Path): Path = {
    val whole = path.toAbsolutePath
    val names = whole.iterator().asScala.toSeq
    if (names.exists(_.toString == Above)) names.foldLeft(whole.getRoot)(step) else whole.normalize
  }

  /** `..` behind a link is the folder above the linked one, as the system resolves it. */
  private def step(place: Path, name: Path): Path = name.toString match {
    case "." => place
    case Above =>
      val folder = if (Files.isSymbolicLink(place)) Try(place.toRealPath()).getOrElse(place) else place
      Option(folder.getParent).getOrElse(folder)
    case _ => place.resolve(name)
  }

  private val Above = ".."
}
