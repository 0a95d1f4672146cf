package vitscale.image.png

/** What a PNG's IHDR chunk says (PNG specification, section 11.2.2).
  *
  * @param width
  *   in pixels
  * @param depth
  *   bits of a sample, or of a number of a colour
  * @param colorType
  *   see the companion object
  */
final private[png] case class PngHeader(
    width: Int,
    height: Int,
    depth: Int,
    colorType: Int,
    interlaced: Boolean
)

/** Colour types by their numbers (PNG specification, section 6.1). */
private[png] object PngHeader {
  val Gray = 0
  val Rgb = 2
  val Palette = 3
  val GrayAlpha = 4
  val RgbAlpha = 6

  /** Bit depths that the PNG specification allows, by colour type. */
  val Depths: Map[Int, Set[Int]] = Map(
    Gray -> Set(1, 2, 4, 8, 16),
    Rgb -> Set(8, 16),
    Palette -> Set(1, 2, 4, 8),
    GrayAlpha -> Set(8, 16),
    RgbAlpha -> Set(8, 16)
  )
}
