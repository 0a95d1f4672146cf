package vitscale.image.tiff

/** A pixel mode of Pillow's: what the bytes of a pixel mean.
  *
  * @param bytes
  *   of a pixel in memory; three bands take four, as in Pillow
  * @param bands
  *   that a page with separate planes has
  */
sealed abstract private[tiff] class TiffMode(val bytes: Int, val bands: Int)

/** Pillow's modes 1, L, P, LA, PA, I;16, I, F, RGB, RGBA, CMYK, YCbCr and LAB, in this order. */
private[tiff] object TiffMode {
  case object Bilevel extends TiffMode(1, 1)
  case object Gray extends TiffMode(1, 1)
  case object Palette extends TiffMode(1, 1)
  case object GrayAlpha extends TiffMode(4, 2)
  case object PaletteAlpha extends TiffMode(4, 2)
  case object Gray16 extends TiffMode(2, 1)
  case object Int32 extends TiffMode(4, 1)
  case object Float32 extends TiffMode(4, 1)
  case object Rgb extends TiffMode(4, 3)
  case object Rgba extends TiffMode(4, 4)
  case object Cmyk extends TiffMode(4, 4)
  case object YCbCr extends TiffMode(4, 3)
  case object Lab extends TiffMode(4, 3)
}

/** An image under construction, in one of Pillow's modes; what no strip or tile covers stays zero, as in Pillow.
  *
  * Numbers of more than one byte are little-endian.
  */
final private[tiff] class TiffCanvas(val width: Int, val height: Int, val mode: TiffMode) {

  /** `width * height * mode.bytes` bytes, row by row. */
  val pixels: Array[Byte] =
    new Array[Byte](Math.multiplyExact(Math.multiplyExact(width, height), mode.bytes))

  /** Where a pixel is in `pixels`. */
  def at(x: Int, y: Int): Int = (y * width + x) * mode.bytes
}
