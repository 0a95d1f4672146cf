package vitscale

import java.nio.file.{Files, Path}
import java.util.Comparator

/** A folder for one test, deleted after it. */
trait TemporaryFolder {

  /** By Java's paths, which keep names that are not UTF-8. */
  private def delete(folder: Path): Unit = {
    val all = Files.walk(folder)
    try all.sorted(Comparator.reverseOrder[Path]).forEach(file => Files.delete(file))
    finally all.close()
  }

  def withFolder[A](body: Path => A): A = {
    val folder = Files.createTempDirectory("vitscale-test-")
    try body(folder)
    finally delete(folder)
  }
}
