package vitscale.job

import java.io.IOException
import java.nio.file._
import java.nio.file.attribute.BasicFileAttributes
import java.util.EnumSet

import scala.collection.JavaConverters._

import vitscale.FileUri

/** Lists local files with Java's own file API.
  *
  * Links are followed. What cannot be listed is listed nevertheless, with its problem: a folder without permission, a
  * link that leads in circles. A name that is not valid UTF-8 is listed as a URI, which keeps its bytes.
  *
  * @param excluded
  *   a folder that is passed over: the job's own output
  * @param found
  *   told each file
  */
final private[job] class LocalListing(rules: ListingRules, excluded: Option[Path], found: Listed => Unit) {

  private var otherNames = 0L
  private var hidden = 0L

  def ignored: Ignored = Ignored(otherNames, hidden)

  /** Lists a file or everything below a folder. */
  def walk(root: Path): Unit = {
    Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Int.MaxValue, new Visitor(root))
    ()
  }

  private final class Visitor(root: Path) extends SimpleFileVisitor[Path] {

    override def preVisitDirectory(folder: Path, attributes: BasicFileAttributes): FileVisitResult =
      if (excluded.contains(folder)) FileVisitResult.SKIP_SUBTREE
      else if (folder != root && rules.isHidden(name(folder))) {
        hidden += 1
        FileVisitResult.SKIP_SUBTREE
      } else FileVisitResult.CONTINUE

    override def visitFile(file: Path, attributes: BasicFileAttributes): FileVisitResult =
      ifWanted(file) {
        // A dead link is read, and fails there: the file that it names may have been there a moment ago.
        if (attributes.isRegularFile) {
          if (rules.isSettled(attributes.lastModifiedTime.toMillis)) list(file, Some(attributes.size), None)
        } else if (attributes.isSymbolicLink) list(file, None, None)
        else list(file, None, Some("not a file that holds data, but a pipe, a socket or a device"))
      }

    override def visitFileFailed(file: Path, error: IOException): FileVisitResult = {
      list(file, None, Some(LocalListing.reason(error)))
      FileVisitResult.CONTINUE
    }

    override def postVisitDirectory(folder: Path, error: IOException): FileVisitResult = {
      if (error != null) list(folder, None, Some(s"the listing broke off: ${LocalListing.reason(error)}"))
      FileVisitResult.CONTINUE
    }

    private def ifWanted(file: Path)(action: => Unit): FileVisitResult = {
      if (file == root) action
      else if (rules.isHidden(name(file))) hidden += 1
      else if (rules.isImage(name(file))) action
      else otherNames += 1
      FileVisitResult.CONTINUE
    }
  }

  private def list(file: Path, size: Option[Long], problem: Option[String]): Unit =
    found(Listed(FileUri.text(file), size, problem))

  private def name(path: Path): String = Option(path.getFileName).fold("")(_.toString)
}

private[job] object LocalListing {

  private val patternCharacters = "*?[{"

  def isPattern(text: String): Boolean = text.exists(patternCharacters.contains(_))

  /** The files and folders that a path or a pattern names; a path that exists is never taken for a pattern. */
  def expand(path: Path): Seq[Path] =
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) Seq(path)
    else
      path.iterator().asScala.foldLeft(Seq(path.getRoot)) { (folders, part) =>
        if (isPattern(part.toString)) folders.flatMap(matching(_, part.toString))
        else folders.map(_.resolve(part)).filter(Files.exists(_))
      }

  private def matching(folder: Path, pattern: String): Seq[Path] =
    if (!Files.isDirectory(folder)) Seq.empty
    else {
      val entries = Files.newDirectoryStream(folder, pattern)
      try entries.asScala.toIndexedSeq.sorted
      finally entries.close()
    }

  def reason(error: IOException): String = error match {
    case _: AccessDeniedException => "no permission to read it"
    case _: NoSuchFileException => "it was listed and is gone now"
    case _: FileSystemLoopException => "a link that leads back to a folder above it"
    case other => Option(other.getMessage).getOrElse(other.toString)
  }
}
