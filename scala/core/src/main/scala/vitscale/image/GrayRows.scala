package vitscale.image

/** A gray image, whose samples become red, green and blue alike, as Pillow's `convert("RGB")` makes them of mode L.
  *
  * @param samples
  *   `width * height` unsigned bytes, row by row
  */
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
