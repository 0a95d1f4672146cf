package vitscale.job.input

import java.io.{FileNotFoundException, IOException}

import scala.annotation.tailrec

import org.apache.hadoop.fs.{FileStatus, FileSystem, Path}
import org.apache.hadoop.security.AccessControlException

import vitscale.hadoop.RemoteFiles
import vitscale.job.records.{FileEntry, Ignored}

/** Lists files of HDFS, object stores and all else that Hadoop reads; the rules are those of [[LocalListing]]. */
final private[job] class HadoopListing(
    rules: ListingRules,
    excluded: Option[Path],
    found: FileEntry => Unit
) {

  private var leftAside = Ignored.none

  def ignored: Ignored = leftAside

  /** List the selected files of a place: the place itself, or entries below it. */
  def walk(system: FileSystem, root: FileStatus, selection: Selection): Unit =
    if (root.isDirectory) folder(system, root.getPath, selection) else file(root, selection)

  private def folder(system: FileSystem, path: Path, selection: Selection): Unit =
    if (!excluded.contains(path)) {
      selection.found(isFolder = true)
      try {
        val entries = system.listStatusIterator(path)
        while (entries.hasNext) entry(system, entries.next(), selection)
      } catch {
        case error: IOException => found(FileEntry(path.toString, None, Some(HadoopListing.reason(error))))
      }
    }

  private def entry(system: FileSystem, status: FileStatus, parent: Selection): Unit = {
    val name = status.getPath.getName
    val reason = rules.leftAside(name)
    val entered = parent.enter(name, reason.isDefined)
    if (entered.isEmpty) {
      if (reason.isDefined && !parent.enter(name, isLeftAside = false).isEmpty) leftAside += reason.get
    } else if (status.isDirectory) folder(system, status.getPath, entered)
    else file(status, entered)
  }

  private def file(status: FileStatus, selection: Selection): Unit = {
    selection.found(isFolder = false)
    if (selection.isNamed(isFolder = false) || (selection.isBelow && isImage(status.getPath.getName)))
      if (rules.isSettled(status.getModificationTime))
        found(FileEntry(status.getPath.toString, Some(status.getLen)))
  }

  private def isImage(name: String): Boolean = {
    val takes = rules.isImage(name)
    if (!takes) leftAside += Ignored.oneOtherName
    takes
  }
}

private[job] object HadoopListing {

  /** An existing place with its file system and status, and the user's names and patterns below it. */
  final case class Found(system: FileSystem, status: FileStatus, named: Selection.Named[Path])

  /** Divides a path into a place, and names and patterns below it; a name that exists is never taken for a pattern.
    *
    * @return
    *   none if there is no such place
    */
  def find(system: FileSystem, path: Path, target: Target): Option[Found] = {
    @tailrec def divide(place: Path, names: List[String]): (Path, List[String]) = names match {
      case head :: tail if !NamePattern.isPattern(head) || system.exists(new Path(place, head)) =>
        divide(new Path(place, head), tail)
      case rest => (place, rest)
    }
    val (root, names) = components(path)
    val (place, rest) = if (system.exists(path)) (path, Nil) else divide(root, names)
    try {
      val status = system.getFileStatus(place)
      Some(Found(system, status, Selection.Named(status.getPath, rest.map(NamePattern.of), target)))
    } catch { case _: FileNotFoundException => None }
  }

  private def components(path: Path): (Path, List[String]) = {
    val upwards = Iterator.iterate(path)(_.getParent).takeWhile(_ != null).toList
    (upwards.last, upwards.init.reverse.map(_.getName))
  }

  def reason(error: IOException): String = error match {
    case _: AccessControlException => "no permission to read it"
    case _: FileNotFoundException => "it was listed and is gone now"
    case other => RemoteFiles.reason(other)
  }
}
