package vitscale.job.input

import java.io.IOException
import java.nio.file._
import java.nio.file.attribute.BasicFileAttributes
import java.util.EnumSet

import scala.annotation.tailrec
import scala.jdk.CollectionConverters._

import vitscale.FileUri
import vitscale.job.records.{FileEntry, Ignored}

/** Lists local files with Java's own file API; Python's `vitscale.images.listing` does the same.
  *
  * Links are followed. What cannot be listed is listed nevertheless, with its problem: a folder without permission, a
  * link that leads in circles. A name that is not valid UTF-8 is listed as a URI, which keeps its bytes.
  *
  * @param excluded
  *   a folder that is passed over: the job's own output
  * @param found
  *   gets each file
  */
final private[vitscale] class LocalListing(
    rules: ListingRules,
    excluded: Option[Path],
    found: FileEntry => Unit
) {

  private var leftAside = Ignored.none

  /** What the system knows the folder by, whatever links lead to it. */
  private val excludedKey = excluded.filter(Files.isDirectory(_)).flatMap(keyOf)

  def ignored: Ignored = leftAside

  /** List the selected files of a place: the place itself, or entries below it. */
  def walk(root: Path, selection: Selection): Unit = {
    Files.walkFileTree(
      root,
      EnumSet.of(FileVisitOption.FOLLOW_LINKS),
      Int.MaxValue,
      new Visitor(root, selection)
    )
    ()
  }

  private final class Visitor(root: Path, selection: Selection) extends SimpleFileVisitor[Path] {

    private var folders = List.empty[Selection] // those that the walk is in, the innermost first

    override def preVisitDirectory(folder: Path, attributes: BasicFileAttributes): FileVisitResult =
      if (excluded.contains(folder) || excludedKey.contains(attributes.fileKey))
        FileVisitResult.SKIP_SUBTREE
      else {
        val entered = enter(folder)
        if (entered.isEmpty) FileVisitResult.SKIP_SUBTREE
        else {
          entered.found(isFolder = true)
          folders ::= entered
          FileVisitResult.CONTINUE
        }
      }

    override def visitFile(file: Path, attributes: BasicFileAttributes): FileVisitResult = {
      val entered = enter(file)
      entered.found(isFolder = false)
      if (entered.isNamed(isFolder = false) || (entered.isBelow && isImage(file))) {
        // A dead link is listed and fails when it is read, because its file may have existed a moment ago.
        if (attributes.isRegularFile) {
          if (rules.isSettled(attributes.lastModifiedTime.toMillis)) list(file, Some(attributes.size), None)
        } else if (attributes.isSymbolicLink) list(file, None, None)
        else list(file, None, Some(LocalListing.NoData))
      }
      FileVisitResult.CONTINUE
    }

    override def visitFileFailed(file: Path, error: IOException): FileVisitResult = {
      if (!excluded.contains(file)) {
        val entered = enter(file)
        entered.found(isFolder = true)
        if (!entered.isEmpty) list(file, None, Some(LocalListing.reason(error)))
      }
      FileVisitResult.CONTINUE
    }

    override def postVisitDirectory(folder: Path, error: IOException): FileVisitResult = {
      folders = folders.tail
      if (error != null) list(folder, None, Some(s"the listing broke off: ${LocalListing.reason(error)}"))
      FileVisitResult.CONTINUE
    }

    /** The selection of an entry; one that only the rules pass over is counted. */
    private def enter(entry: Path): Selection =
      if (entry == root) selection
      else {
        val reason = rules.leftAside(name(entry))
        val entered = folders.head.enter(name(entry), reason.isDefined)
        if (
          entered.isEmpty && reason.isDefined && !folders.head.enter(name(entry), isLeftAside = false).isEmpty
        )
          leftAside += reason.get
        entered
      }

    private def isImage(file: Path): Boolean = {
      val takes = rules.isImage(name(file))
      if (!takes) leftAside += Ignored.oneOtherName
      takes
    }
  }

  private def list(file: Path, size: Option[Long], problem: Option[String]): Unit =
    found(FileEntry(FileUri.text(file), size, problem))

  private def keyOf(folder: Path): Option[AnyRef] =
    Option(Files.readAttributes(folder, classOf[BasicFileAttributes]).fileKey)

  private def name(path: Path): String = Option(path.getFileName).fold("")(_.toString)
}

private[vitscale] object LocalListing {

  private[job] val NoData = "not a file that holds data, but a pipe, a socket or a device"

  /** Divides a path into a place, and names and patterns below it; a name that exists is never taken for a pattern. */
  private[job] def named(path: Path, target: Target): Selection.Named[Path] = {
    @tailrec def divide(place: Path, names: List[String]): (Path, List[String]) = names match {
      case head :: tail if !NamePattern.isPattern(head) || exists(place.resolve(head)) =>
        divide(place.resolve(head), tail)
      case rest => (place, rest)
    }
    val (place, names) =
      if (exists(path)) (path, Nil)
      else divide(path.getRoot, path.iterator().asScala.map(_.toString).toList)
    Selection.Named(place, names.map(NamePattern.of), target)
  }

  private[job] def exists(path: Path): Boolean = Files.exists(path, LinkOption.NOFOLLOW_LINKS)

  def reason(error: IOException): String = error match {
    case _: AccessDeniedException => "no permission to read it"
    case _: NoSuchFileException => "it was listed and is gone now"
    case _: FileSystemLoopException => "a link that leads back to a folder above it"
    case other => Option(other.getMessage).getOrElse(other.toString)
  }
}
