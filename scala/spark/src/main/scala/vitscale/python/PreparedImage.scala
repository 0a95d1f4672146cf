package vitscale.python

import java.nio.{ByteBuffer, ByteOrder}

import vitscale.image.decode.ImageDecoder
import vitscale.image.{DecodeLimits, PackedImage, Truncated}
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** An image after the model's preprocessing, as Python's `preprocess` and `pixel_values` show it. */
final class PreparedImage private (preprocessor: Preprocessor, image: PackedImage) {

  def height: Int = image.height

  def width: Int = image.width

  /** RGB before rescaling: [height, width, 3] unsigned bytes. */
  def pixels: Array[Byte] = image.toRgb.data

  /** The model's input: [3, height, width] floats, little-endian. */
  def values: Array[Byte] = {
    val floats =
      ByteBuffer.allocate(image.words.length * 3 * java.lang.Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)
    preprocessor.writeNormalized(image, floats.asFloatBuffer)
    floats.array
  }
}

private[vitscale] object PreparedImage {

  /** @param config
    *   the text of a `preprocessor_config.json`
    * @param truncated
    *   what becomes of an image file that ends early
    * @throws vitscale.ImageException
    *   if the image cannot be read, decoded or resized
    * @throws vitscale.ModelException
    *   if the settings ask for what the engine does not do
    */
  def of(image: PythonImages.Sent, config: String, truncated: Truncated): PreparedImage = {
    val preprocessor = new Preprocessor(PreprocessorConfig.parse(config))
    val limits = DecodeLimits.default.copy(truncated = truncated)
    val decoded = PythonImages.pixels(image, limits)(ImageDecoder.decode(_, limits))
    new PreparedImage(preprocessor, preprocessor.pixels(decoded))
  }
}
