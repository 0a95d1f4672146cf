package vitscale.image.jpeg

import vitscale.image.{PackedBytes, PixelRows}

/** Samples of a JPEG in YCbCr, interleaved, whose rows become RGB when they are read. */
final private[jpeg] class YccRows(override val width: Int, override val height: Int, samples: Array[Byte])
    extends PixelRows {

  private val packed = new PackedBytes(samples)
  private val ycc = new Array[Int](width * PixelRows.AtATime)

  override def read(first: Int, count: Int, words: Array[Int]): Unit = {
    packed.read(first * width, count * width, ycc)
    JpegColor.yccToRgb(ycc, words, count * width)
  }
}
