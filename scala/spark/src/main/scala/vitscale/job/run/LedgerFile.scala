package vitscale.job.run

import java.io.IOException
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption.CREATE_NEW
import java.nio.file.{AccessDeniedException, Files, NotDirectoryException, Path, Paths}

import vitscale.{FileUri, OutputException}

/** The file that `--json` names. It is checked before the job and written after it, in one step. */
final private[job] class LedgerFile(named: String) {

  private val file = FileUri.path(named).getOrElse(Paths.get(named)).toAbsolutePath

  /** Check that the file can be written, and leave nothing behind. Missing folders are created when it is written.
    *
    * @throws vitscale.OutputException
    *   if it cannot be written
    */
  def requireWritable(): Unit = explained {
    if (Files.isDirectory(file)) throw new OutputException(s"--json: $named is a folder; name a file in it.")
    if (isSpecial) requirePermission(file)
    else Files.delete(Files.createFile(beside(existingFolder.resolve(file.getFileName))))
  }

  /** @throws vitscale.OutputException
    *   if it cannot be written; an existing file stays as it is
    */
  def write(content: Array[Byte]): Unit = explained {
    if (isSpecial) Files.write(file, content)
    else {
      val target = if (Files.exists(file)) file.toRealPath() else file
      Files.createDirectories(target.getParent)
      val whole = beside(target)
      try {
        Files.write(whole, content, CREATE_NEW)
        Files.move(whole, target, REPLACE_EXISTING)
      } finally {
        Files.deleteIfExists(whole)
        ()
      }
    }
    ()
  }

  private def beside(place: Path): Path =
    place.resolveSibling(s".${place.getFileName}.${ProcessHandle.current.pid}.tmp")

  /** A device or a pipe, such as `/dev/stdout`, which is never replaced. */
  private def isSpecial: Boolean = Files.exists(file) && !Files.isRegularFile(file)

  private def existingFolder: Path = {
    val folder = Iterator.iterate(file.getParent)(_.getParent).find(Files.exists(_)).get
    if (!Files.isDirectory(folder)) throw new NotDirectoryException(folder.toString)
    folder
  }

  private def requirePermission(device: Path): Unit =
    if (!Files.isWritable(device)) throw new AccessDeniedException(device.toString)

  private def explained(action: => Unit): Unit =
    try action
    catch {
      case error: IOException =>
        val reason = error match {
          case _: AccessDeniedException => "no permission"
          case place: NotDirectoryException => s"${place.getFile} is not a folder"
          case other => String.valueOf(other.getMessage)
        }
        throw new OutputException(s"--json: $named cannot be written: $reason. Choose another place.", error)
    }
}
