package vitscale.image

/** An 8-bit RGB image: interleaved (R, G, B, R, ...), row-major, without padding.
  *
  * @param width
  *   in pixels, at least 1
  * @param height
  *   in pixels, at least 1
  * @param data
  *   `width * height * 3` bytes, each an unsigned sample in 0..255; not copied, so leave it alone once
  *   handed over. Another number of bytes is an `IllegalArgumentException`
  */
final case class RgbImage(width: Int, height: Int, data: Array[Byte]) extends PixelRows {
  require(
    width > 0 && height > 0 && data.length == width * height * 3,
    s"${width}x$height RGB needs ${width.toLong * height * 3} bytes, got ${data.length}"
  )

  override def toRgb: RgbImage = this

  private lazy val packed = new PackedBytes(data)

  override def read(first: Int, count: Int, words: Array[Int]): Unit = {
    packed.read(first * width, count * width, words)
    RgbImage.swap(words, count * width)
  }
}

/** Packs bytes. */
object RgbImage {

  /** Turn `0x..BBGGRR` into `0x00RRGGBB`. */
  private def swap(words: Array[Int], count: Int): Unit = {
    var i = 0
    while (i < count) {
      val word = words(i)
      words(i) = (word & 0xff) << 16 | (word & 0xff00) | (word >>> 16 & 0xff)
      i += 1
    }
  }
}
