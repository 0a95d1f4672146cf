package vitscale.image

/** An image that gives its rows as packed pixels: one `Int` each, `0x00RRGGBB`.
  *
  * This is the border between decoders and the resize. Rows are asked for in ascending order and each at most once, so that a
  * decoder may make them as they are asked for; not for use by several threads at once.
  */
trait PixelRows {

  /** Width in pixels, at least 1. */
  def width: Int

  /** Height in pixels, at least 1. */
  def height: Int

  /** Write whole rows, one after another.
    *
    * @param first
    *   the first of them; above all that were read before
    * @param count
    *   number of rows, at most 8
    * @param words
    *   receives `count * width` pixels from index 0 on
    * @throws vitscale.ImageException
    *   when the image is decoded as rows are asked for, and proves damaged
    */
  def read(first: Int, count: Int, words: Array[Int]): Unit

  /** The whole image as bytes, three a pixel; a copy unless it is an [[RgbImage]]. */
  def toRgb: RgbImage = PackedImage.of(this).toRgb
}

/** How many rows readers ask for. */
private[vitscale] object PixelRows {

  /** Rows that are read at a time: one cache line of a column. */
  final val AtATime = 8
}
