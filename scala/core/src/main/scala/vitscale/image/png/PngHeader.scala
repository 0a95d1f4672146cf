package vitscale.image.png

/** What a PNG's IHDR chunk says. */
final private[png] case class PngHeader(
    width: Int,
    height: Int,
    depth: Int,
    colorType: Int,
    interlaced: Boolean
)

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
