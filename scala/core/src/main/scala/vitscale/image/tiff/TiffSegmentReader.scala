package vitscale.image.tiff

import vitscale.ImageException

/** A compressed page, read as Pillow reads it through libtiff (`TiffDecode.c`). */
final private[tiff] class TiffSegmentReader(fields: TiffDirectory, layout: TiffLayout) {

  private val segments = new TiffSegments(fields, layout, block = None)

  private val unpackers: Seq[TiffUnpacker] =
    if (layout.planar && layout.mode.bands > 1)
      (0 until layout.mode.bands).map(TiffUnpacker.band(_, planeBits))
    else Seq(layout.samples.unpacker(layout.mode, decoded = true))

  private def planeBits: Int = {
    val bits = layout.bits.head
    if (bits != 8 && bits != 16) throw new ImageException(s"separate planes of $bits bits are not read")
    bits
  }

  /** Decompresses all strips or tiles.
    *
    * @param canvas
    *   of the layout's size and mode
    * @throws ImageException
    *   if the page is truncated or damaged, or its rows have another size for libtiff than for Pillow
    */
  def readInto(canvas: TiffCanvas): Unit = {
    refuseOtherSizes()
    refuseOddPalette()
    for (row <- 0 until segments.rows; plane <- unpackers.indices; column <- 0 until segments.across)
      copy(segments.read(column, row, plane), unpackers(plane), column, row, canvas)
    if (unpackers.length == 4 && layout.mode == TiffMode.Rgba && multipliedPlanes)
      TiffUnpacker.unmultiply(canvas.pixels, 0, canvas.width * canvas.height)
  }

  /** libtiff calls a fourth sample without a meaning an extra one of type 0, and Pillow takes that for alpha that the
    * colours are multiplied by.
    */
  private def multipliedPlanes: Boolean = layout.extra.headOption.forall(_ <= 1)

  private def copy(
      bytes: Array[Byte],
      unpacker: TiffUnpacker,
      column: Int,
      row: Int,
      canvas: TiffCanvas
  ): Unit = {
    val (x, y) = (column * segments.width, row * segments.height)
    val pixels = math.min(segments.width, canvas.width - x)
    for (line <- 0 until math.min(segments.height, canvas.height - y))
      unpacker(bytes, (line * segments.rowBytes).toInt, canvas.pixels, canvas.at(x, y + line), pixels)
  }

  /** libtiff ignores a colour map of another size, and then lacks one for samples of less than a byte. */
  private def refuseOddPalette(): Unit =
    if (layout.photometric == TiffLayout.Palette && layout.bits.head < 8) {
      val colors = fields.numbers(TiffTag.ColorMap).fold(0)(_.length)
      val expected = 3 << layout.bits.head
      if (colors != expected)
        throw new ImageException(s"damaged: a colour map of $colors numbers, expected $expected")
    }

  /** Pillow refuses rows that have more bytes for libtiff than for itself, or fewer: planes of samples that it leaves
    * out.
    */
  private def refuseOtherSizes(): Unit = {
    val pixelBits = layout.samples.unpacker(layout.mode, decoded = true).bits.toLong
    val own = (segments.width * pixelBits / unpackers.length + 7) / 8
    if (own != segments.rowBytes)
      throw new ImageException(
        s"rows of ${segments.rowBytes} bytes, expected $own for the samples that are read"
      )
  }
}
