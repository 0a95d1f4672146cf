package vitscale

import java.nio.file.{Files, Path, Paths}

import org.apache.commons.io.FileUtils

import vitscale.runtime.ClassifierOptions

/** The seeded ViT of 32x32 pixels and 11 classes that `tests/fixtures/make_tiny_vit.py` makes. */
object TinyModel {

  val path: Path = Paths.get(getClass.getResource("/tiny-vit/config.json").toURI).getParent

  val onnxFolder: Path = path.resolve("onnx").resolve("fp32")

  val side = 32

  /** Without a cache, so that tests leave nothing in the user's folder. */
  val options: ClassifierOptions = ClassifierOptions(threads = 1, cores = 2, graphCache = None)

  /** A copy that a test may change. */
  def copy(): Path = {
    val folder = Files.createTempDirectory("vitscale-tiny-vit-")
    FileUtils.copyDirectory(path.toFile, folder.toFile)
    folder
  }
}
