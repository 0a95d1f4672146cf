package vitscale.python

import java.nio.file.{Files, Path, Paths}
import java.nio.{ByteBuffer, ByteOrder}

import vitscale.CommandLine.guarded
import vitscale.image.decode.ImageDecoder
import vitscale.model.ModelFolder
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Opens a model folder as every program of this jar does, and preprocesses one image with it. `vitscale export` runs this
  * check before it publishes a folder, so that every exported folder can be opened.
  *
  * Arguments: the model folder; the ONNX variant, or `-` where the folder has none; an image file; a file for the pixels,
  * which gets [channel, height, width] floats, little-endian. Exit status 1 with one line on standard error if the folder
  * cannot be opened.
  */
object ReadBackMain {

  private val NoVariant = "-"

  def main(arguments: Array[String]): Unit = {
    val code = guarded {
      val Array(folder, variant, image, target) = arguments
      if (variant != NoVariant) ModelFolder.open(Paths.get(folder), variant)
      Files.write(Paths.get(target), pixels(Paths.get(folder), Files.readAllBytes(Paths.get(image))))
      0
    }
    sys.exit(code)
  }

  private def pixels(folder: Path, image: Array[Byte]): Array[Byte] = {
    val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.resolve("preprocessor_config.json")))
    val prepared = preprocessor.pixels(ImageDecoder.decode(image))
    val values =
      ByteBuffer.allocate(prepared.words.length * 3 * java.lang.Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)
    preprocessor.writeNormalized(prepared, values.asFloatBuffer)
    values.array
  }
}
