package vitscale.bench

import java.io.IOException
import java.nio.file.{Files, Path, StandardCopyOption}

import vitscale.{OutputException, SnakeCaseJson}

/** Writes results atomically: after a crash, the last complete file remains. */
object ResultWriter {

  /** Check before the first measurement that the results can be written.
    *
    * @throws vitscale.OutputException
    *   if the path cannot be written
    */
  def checkWritable(target: Path): Unit = writing(target) {
    if (Files.isDirectory(target))
      throw new OutputException(s"$target is a folder; expected a file. Choose another --output.")
    val folder = parent(target)
    Files.createDirectories(folder)
    Files.delete(Files.createTempFile(folder, ".vitscale-", ".tmp"))
  }

  def write(results: Results, target: Path): Unit = writing(target) {
    val temporary = Files.createTempFile(parent(target), ".vitscale-", ".tmp")
    SnakeCaseJson.writer.writeValue(temporary.toFile, results)
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING)
    ()
  }

  private def parent(target: Path): Path = target.toAbsolutePath.getParent

  private def writing(target: Path)(action: => Unit): Unit =
    try action
    catch {
      case error: IOException =>
        throw new OutputException(s"$target cannot be written: $error. Choose another --output.", error)
    }
}
