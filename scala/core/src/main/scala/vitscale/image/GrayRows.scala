package vitscale.image

/** A gray image, one byte for a pixel. */
final private[image] class GrayRows(override val width: Int, override val height: Int, samples: Array[Byte])
    extends PixelRows {

  override def read(first: Int, count: Int, words: Array[Int]): Unit = {
    val at = first * width
    var i = 0
    while (i < count * width) {
      words(i) = (samples(at + i) & 0xff) * 0x010101
      i += 1
    }
  }
}
