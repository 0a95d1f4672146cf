package vitscale.job

import java.io.{FileNotFoundException, IOException}

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileStatus, FileSystem, Path}
import org.apache.hadoop.security.AccessControlException

import vitscale.RemoteFiles

/** Lists files of HDFS, object stores and all else that Hadoop reads; the rules are those of [[LocalListing]]. */
final private[job] class HadoopListing(
    rules: ListingRules,
    excluded: Option[Path],
    found: Listed => Unit
) {

  private var otherNames = 0L
  private var hidden = 0L

  def ignored: Ignored = Ignored(otherNames, hidden)

  def walk(system: FileSystem, root: FileStatus): Unit =
    if (root.isDirectory) folder(system, root.getPath) else file(root)

  private def folder(system: FileSystem, path: Path): Unit =
    if (!excluded.contains(path))
      try {
        val entries = system.listStatusIterator(path)
        while (entries.hasNext) entry(system, entries.next())
      } catch {
        case error: IOException => found(Listed(path.toString, None, Some(HadoopListing.reason(error))))
      }

  private def entry(system: FileSystem, status: FileStatus): Unit = {
    val name = status.getPath.getName
    if (rules.isHidden(name)) hidden += 1
    else if (status.isDirectory) folder(system, status.getPath)
    else if (rules.isImage(name)) file(status)
    else otherNames += 1
  }

  private def file(status: FileStatus): Unit =
    if (rules.isSettled(status.getModificationTime))
      found(Listed(status.getPath.toString, Some(status.getLen)))
}

private[job] object HadoopListing {

  /** The files and folders that a path or a pattern names; a path that exists is never taken for a pattern. */
  def expand(path: Path, configuration: Configuration): (FileSystem, Seq[FileStatus]) = {
    val system = RemoteFiles.system(path, configuration)
    val named =
      try Seq(system.getFileStatus(path))
      catch { case _: FileNotFoundException => Option(system.globStatus(path)).toSeq.flatten }
    (system, named)
  }

  def reason(error: IOException): String = error match {
    case _: AccessControlException => "no permission to read it"
    case _: FileNotFoundException => "it was listed and is gone now"
    case other => RemoteFiles.reason(other)
  }
}
