package vitscale.image

/** An 8-bit RGB image of packed pixels: one `Int` each, `0x00RRGGBB`, row-major, without padding.
  *
  * @param width
  *   in pixels, at least 1
  * @param height
  *   in pixels, at least 1
  * @param words
  *   `width * height` pixels; not copied, so leave it alone once handed over. Another number of pixels is an
  *   `IllegalArgumentException`
  */
final class PackedImage(val width: Int, val height: Int, val words: Array[Int]) extends PixelRows {
  require(
    width > 0 && height > 0 && words.length == width * height,
    s"${width}x$height needs ${width.toLong * height} pixels, got ${words.length}"
  )

  override def read(first: Int, count: Int, out: Array[Int]): Unit =
    System.arraycopy(words, first * width, out, 0, count * width)

  override def toRgb: RgbImage = RgbImage(width, height, bytes)

  /** Three bytes for each pixel: red, green, blue. */
  private[vitscale] def bytes: Array[Byte] = {
    val bytes = new Array[Byte](words.length * 3)
    var i = 0
    while (i < words.length) {
      val word = words(i)
      bytes(3 * i) = (word >> 16).toByte
      bytes(3 * i + 1) = (word >> 8).toByte
      bytes(3 * i + 2) = word.toByte
      i += 1
    }
    bytes
  }
}

/** Packs images of other kinds. */
object PackedImage {

  /** All rows of an image; the image itself if it is packed.
    *
    * @param rows
    *   read from the first row on, so none may have been read before
    */
  def of(rows: PixelRows): PackedImage = rows match {
    case packed: PackedImage => packed
    case _ =>
      val words = new Array[Int](Math.multiplyExact(rows.width, rows.height))
      val some = new Array[Int](rows.width * PixelRows.AtATime)
      var y = 0
      while (y < rows.height) {
        val count = math.min(PixelRows.AtATime, rows.height - y)
        rows.read(y, count, some)
        System.arraycopy(some, 0, words, y * rows.width, count * rows.width)
        y += count
      }
      new PackedImage(rows.width, rows.height, words)
  }
}
