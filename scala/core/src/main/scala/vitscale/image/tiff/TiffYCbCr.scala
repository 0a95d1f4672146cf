package vitscale.image.tiff

import vitscale.ImageException
import vitscale.image.RgbImage

/** Compressed YCbCr other than JPEG, which Pillow lets libtiff turn into RGB (`TIFFRGBAImage`). */
final private[tiff] class TiffYCbCr(fields: TiffDirectory, layout: TiffLayout) {
  import TiffYCbCr._

  private val (horizontal, vertical) = {
    val factors = fields.numbers(TiffTag.YCbCrSubsampling).map(_.toSeq.map(_.toInt)).getOrElse(Seq(2, 2))
    factors match {
      case Seq(across, down) if KnownBlocks((across, down)) => (across, down)
      case other => throw new ImageException(s"YCbCr with subsampling ${other.mkString("x")} is not read")
    }
  }

  private val conversion = new TiffYCbCrConversion(
    fields.floats(TiffTag.YCbCrCoefficients).getOrElse(Array(0.299f, 0.587f, 0.114f)),
    fields.floats(TiffTag.ReferenceBlackWhite).getOrElse(Array(0f, 255f, 128f, 255f, 128f, 255f))
  )

  private val rgb = new Array[Byte](Math.multiplyExact(Math.multiplyExact(layout.width, layout.height), 3))

  /** Reads the whole page.
    *
    * @throws ImageException
    *   if it is truncated, or libtiff's `TIFFRGBAImage` refuses it
    */
  def read(): RgbImage = {
    if (layout.bits != Seq(8, 8, 8))
      throw new ImageException("YCbCr of other than three 8-bit samples is not read")
    if (layout.width < horizontal || layout.height < vertical)
      throw new ImageException(
        s"the image is smaller than its chroma blocks of ${horizontal}x$vertical pixels"
      )
    if (layout.planar) readPlanes() else readBlocks()
    RgbImage(layout.width, layout.height, rgb)
  }

  private def readBlocks(): Unit = {
    val segments = new TiffSegments(fields, layout, Some((horizontal, vertical)))
    val blockBytes = horizontal * vertical + 2
    val blocks = (segments.width + horizontal - 1) / horizontal
    for (row <- 0 until segments.rows; column <- 0 until segments.across) {
      val bytes = segments.read(column, row, plane = 0, lenient = true)
      if (!segments.tiled) clearUnread(bytes, segments, segments.rowsOf(row))
      eachPixel(segments, column, row) { (x, y, to) =>
        val at = (y / vertical * blocks + x / horizontal) * blockBytes
        val luma = at + y % vertical * horizontal + x % horizontal
        conversion.toRgb(bytes(luma), bytes(at + blockBytes - 2), bytes(at + blockBytes - 1), rgb, to)
      }
    }
  }

  /** libtiff rounds the bytes of a row down where blocks span several rows, and leaves the rest of a strip unread. */
  private def clearUnread(bytes: Array[Byte], segments: TiffSegments, rows: Int): Unit = {
    val read = (rows + vertical - 1) / vertical * vertical * segments.rowBytes
    if (read < bytes.length) java.util.Arrays.fill(bytes, read.toInt, bytes.length, 0.toByte)
  }

  private def readPlanes(): Unit = {
    if ((horizontal, vertical) != ((1, 1)))
      throw new ImageException(
        s"YCbCr in separate planes with subsampling ${horizontal}x$vertical is not read"
      )
    val segments = new TiffSegments(fields, layout, block = None)
    for (row <- 0 until segments.rows; column <- 0 until segments.across) {
      val Seq(y, cb, cr) = (0 until 3).map(segments.read(column, row, _))
      eachPixel(segments, column, row) { (x, line, to) =>
        val at = line * segments.width + x
        conversion.toRgb(y(at), cb(at), cr(at), rgb, to)
      }
    }
  }

  /** Calls `pixel` with the place of each pixel in its segment, and of its colour in the image. */
  private def eachPixel(
      segments: TiffSegments,
      column: Int,
      row: Int
  )(pixel: (Int, Int, Int) => Unit): Unit = {
    val (left, top) = (column * segments.width, row * segments.height)
    for (y <- 0 until math.min(segments.height, layout.height - top)) {
      var x = 0
      while (x < math.min(segments.width, layout.width - left)) {
        pixel(x, y, ((top + y) * layout.width + left + x) * 3)
        x += 1
      }
    }
  }
}

/** Reads pages in YCbCr. */
private[tiff] object TiffYCbCr {

  /** Pixels across and down that libtiff can take to share their chroma. */
  private val KnownBlocks = Set((1, 1), (1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (4, 4))

  /** The page as RGB.
    *
    * @throws ImageException
    *   if it is truncated, or libtiff refuses it
    */
  def read(fields: TiffDirectory, layout: TiffLayout): RgbImage = new TiffYCbCr(fields, layout).read()
}

/** The conversion of `tif_color.c`, in its arithmetic: 32-bit floating point for the tables, 16 fraction bits.
  *
  * @param luma
  *   the shares of red, green and blue in the luma
  * @param reference
  *   black and white of the luma, then of each chroma
  */
final private class TiffYCbCrConversion(luma: Array[Float], reference: Array[Float]) {
  import TiffYCbCrConversion._

  if (luma.length < 3 || luma(1) == 0 || luma.exists(_.isNaN))
    throw new ImageException("damaged: its YCbCr coefficients")
  if (reference.length < 6 || reference.exists(value => !(math.abs(value) < Int.MaxValue.toFloat)))
    throw new ImageException("damaged: its reference black and white")

  private val ofRed = 2 - 2 * luma(0)
  private val ofBlue = 2 - 2 * luma(2)

  private def chroma(black: Int): Array[Int] = Array.tabulate(256) { i =>
    scaled(i - 128, reference(black) - 128f, reference(black + 1) - 128f, 127)
  }

  private val y = Array.tabulate(256)(i => scaled(i, reference(0), reference(1), 255))
  private val cb = chroma(2)
  private val cr = chroma(4)
  private val redOfCr = cr.map(value => (fixed(ofRed) * value + Half) >> FractionBits)
  private val blueOfCb = cb.map(value => (fixed(ofBlue) * value + Half) >> FractionBits)
  private val greenOfCr = cr.map(-fixed(luma(0) * ofRed / luma(1)) * _)
  private val greenOfCb = cb.map(-fixed(luma(2) * ofBlue / luma(1)) * _ + Half)

  /** Writes red, green and blue of unsigned samples at `out(at)`. */
  def toRgb(luma: Byte, blue: Byte, red: Byte, out: Array[Byte], at: Int): Unit = {
    val base = y(luma & 0xff)
    out(at) = clip(base + redOfCr(red & 0xff))
    out(at + 1) = clip(base + ((greenOfCb(blue & 0xff) + greenOfCr(red & 0xff)) >> FractionBits))
    out(at + 2) = clip(base + blueOfCb(blue & 0xff))
  }

  private def clip(value: Int): Byte = math.max(0, math.min(255, value)).toByte
}

private object TiffYCbCrConversion {
  private val FractionBits = 16
  private val Half = 1 << (FractionBits - 1)
  private val Bound = 128f * 32

  private def fixed(factor: Float): Int = {
    val clipped = if (!(factor >= 0f)) 0f else math.min(factor, 2f)
    (clipped.toDouble * (1 << FractionBits) + 0.5).toInt
  }

  /** A code's value between black (0) and white (`range`), in whole numbers. */
  private def scaled(code: Int, black: Float, white: Float, range: Int): Int = {
    val span = if (white != black) white - black else 1f
    val value = (code - black.toInt).toFloat * range.toFloat / span
    math.max(-Bound, math.min(Bound, value)).toInt
  }
}
