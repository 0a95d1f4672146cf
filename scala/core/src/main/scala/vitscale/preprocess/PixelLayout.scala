package vitscale.preprocess

import java.nio.ByteBuffer

import ai.onnxruntime.OnnxJavaType

import vitscale.image.PackedImage

/** The layout of a graph's input tensor.
  *
  * @param elementType
  *   type of one sample
  * @param bytesPerImage
  *   size of one image in the input tensor
  */
sealed abstract private[vitscale] class PixelLayout(val elementType: OnnxJavaType, val bytesPerImage: Int) {

  /** Shape of a batch of `count` images. */
  def shape(count: Int): Array[Long]

  /** Writes one image at the buffer's position. */
  def write(pixels: PackedImage, out: ByteBuffer): Unit
}

private[vitscale] object PixelLayout {

  /** Rescaled and normalised floats, [batch, 3, height, width]: what Transformers' models take. */
  final class NormalizedChannels(preprocessor: Preprocessor, height: Int, width: Int)
      extends PixelLayout(OnnxJavaType.FLOAT, 3 * height * width * java.lang.Float.BYTES) {

    override def shape(count: Int): Array[Long] = Array(count.toLong, 3L, height.toLong, width.toLong)

    override def write(pixels: PackedImage, out: ByteBuffer): Unit =
      preprocessor.writeNormalized(pixels, out.asFloatBuffer())
  }

  /** Bytes as they are, [batch, height, width, 3]: rescaling and normalising are part of the graph. */
  final class RawBytes(height: Int, width: Int) extends PixelLayout(OnnxJavaType.UINT8, 3 * height * width) {

    override def shape(count: Int): Array[Long] = Array(count.toLong, height.toLong, width.toLong, 3L)

    override def write(pixels: PackedImage, out: ByteBuffer): Unit = {
      out.put(pixels.bytes)
      ()
    }
  }
}
