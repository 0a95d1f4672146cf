package vitscale

import java.nio.file.{Files, Path}

import org.apache.commons.io.FileUtils

/** A folder for one test, deleted after it. */
trait TemporaryFolder {

  def withFolder[A](body: Path => A): A = {
    val folder = Files.createTempDirectory("vitscale-test-")
    try body(folder)
    finally FileUtils.deleteDirectory(folder.toFile)
  }
}
