package vitscale.image.png

/** Reads the pixels of an unfiltered PNG row, whose first byte is the filter's.
  *
  * @param bits
  *   bits a pixel
  */
sealed abstract private[png] class PngRow(val bits: Int) {

  /** Writes `count` pixels as RGB at `at`, `at + step`, `at + 2 * step`, ... */
  def toRgb(row: Array[Byte], count: Int, out: Array[Byte], at: Int, step: Int): Unit
}

private[png] object PngRow {

  /** Alpha and transparent colours are dropped, as Pillow's `convert("RGB")` does. */
  def reader(header: PngHeader, palette: Array[Byte]): PngRow = {
    val bytes = header.depth / 8 // of a sample; only its high byte is read, except in 16-bit gray
    (header.colorType: @unchecked) match { // the header has no other
      case PngHeader.Gray if header.depth == 16 => Gray16
      case PngHeader.Gray => new Indexed(header.depth, grays(header.depth))
      case PngHeader.Palette => new Indexed(header.depth, palette.take(256 * 3).padTo(256 * 3, 0.toByte))
      case PngHeader.GrayAlpha => new Samples(bytesPerPixel = 2 * bytes, greenAt = 0, blueAt = 0)
      case PngHeader.Rgb => new Samples(3 * bytes, greenAt = bytes, blueAt = 2 * bytes)
      case PngHeader.RgbAlpha => new Samples(4 * bytes, greenAt = bytes, blueAt = 2 * bytes)
    }
  }

  /** Grays of 1 to 8 bits spread over 0..255. */
  private def grays(depth: Int): Array[Byte] = {
    val brightest = (1 << depth) - 1
    Array.tabulate((brightest + 1) * 3)(i => (i / 3 * 255 / brightest).toByte)
  }

  /** Samples of at most 8 bits that stand for the colours of a table. */
  final private class Indexed(depth: Int, colors: Array[Byte]) extends PngRow(depth) {
    def toRgb(row: Array[Byte], count: Int, out: Array[Byte], at: Int, step: Int): Unit = {
      val mask = (1 << depth) - 1
      var to = at
      var i = 0
      while (i < count) {
        val bit = i.toLong * depth
        val byte = row(1 + (bit >> 3).toInt) & 0xff
        val color = (byte >> (8 - depth - (bit & 7).toInt) & mask) * 3
        out(to) = colors(color)
        out(to + 1) = colors(color + 1)
        out(to + 2) = colors(color + 2)
        to += step
        i += 1
      }
    }
  }

  /** Whole bytes, of which those at fixed places become R, G and B. */
  final private class Samples(bytesPerPixel: Int, greenAt: Int, blueAt: Int)
      extends PngRow(bytesPerPixel * 8) {
    def toRgb(row: Array[Byte], count: Int, out: Array[Byte], at: Int, step: Int): Unit = {
      var from = 1
      var to = at
      var i = 0
      while (i < count) {
        out(to) = row(from)
        out(to + 1) = row(from + greenAt)
        out(to + 2) = row(from + blueAt)
        from += bytesPerPixel
        to += step
        i += 1
      }
    }
  }

  /** 16-bit gray, which Pillow keeps as such (mode I;16) and clips, not scales, to 8 bits: all above 255 is white. */
  private object Gray16 extends PngRow(16) {
    def toRgb(row: Array[Byte], count: Int, out: Array[Byte], at: Int, step: Int): Unit = {
      var to = at
      var i = 0
      while (i < count) {
        val gray = if (row(1 + 2 * i) == 0) row(2 + 2 * i) else -1.toByte
        out(to) = gray
        out(to + 1) = gray
        out(to + 2) = gray
        to += step
        i += 1
      }
    }
  }
}
