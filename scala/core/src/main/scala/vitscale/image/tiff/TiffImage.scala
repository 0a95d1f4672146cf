package vitscale.image.tiff

import vitscale.image.{EncodedImage, Orientation, RgbImage}

/** A page of a TIFF file. */
final private[tiff] class TiffImage(fields: TiffDirectory, layout: TiffLayout) extends EncodedImage {

  def width: Int = layout.width
  def height: Int = layout.height

  /** The page's own field, else what its XMP packet says. */
  def orientation: Int =
    if (fields.has(TiffTag.Orientation)) fields.whole(TiffTag.Orientation).getOrElse(Orientation.Upright)
    else Orientation.find(None, fields.raw(TiffTag.Xmp))

  def decode(): RgbImage =
    if (layout.compression == TiffCompression.Uncompressed)
      fill(layout.mode)(new TiffRawTiles(fields, layout).readInto)
    else if (layout.photometric != TiffLayout.YCbCr) fill(layout.mode)(decompress(layout))
    else if (layout.compression != TiffCompression.Jpeg || layout.planar) TiffYCbCr.read(fields, layout)
    else fill(TiffMode.Rgb)(decompress(layout.copy(mode = TiffMode.Rgb)))

  private def decompress(page: TiffLayout)(canvas: TiffCanvas): Unit =
    new TiffSegmentReader(fields, page).readInto(canvas)

  private def fill(mode: TiffMode)(read: TiffCanvas => Unit): RgbImage = {
    val palette = if (layout.photometric == TiffLayout.Palette) Some(TiffColors.palette(fields)) else None
    val canvas = new TiffCanvas(width, height, mode)
    read(canvas)
    TiffColors.toRgb(canvas, palette)
  }
}
