package vitscale.image.bmp

import vitscale.ImageException
import vitscale.image.tiff.TiffUnpacker
import vitscale.image.{ColorTable, EncodedImage, Orientation, RgbImage}

/** A bitmap of 1, 4 or 8 bits a pixel, whose pixels are numbers of colours; plain (Pillow's raw decoder) or run-length encoded
  * (`BmpRleDecoder`).
  */
final private[bmp] class BmpIndexed(header: BmpHeader) extends EncodedImage {
  import header.{bits, colors, file}

  def width: Int = header.width
  def height: Int = header.height
  def orientation: Int = Orientation.Upright

  def decode(): RgbImage = {
    val table = stored()
    val gray = isGray(table)
    val blackAndWhite = gray && colors <= 2
    val palette = if (blackAndWhite) ColorTable.blackAndWhite else colorsOf(table)
    // Pillow reads plain pixels of two grays as one bit, of more as eight, whatever the header says.
    val pixelBits = if (blackAndWhite) 1 else if (gray) 8 else bits
    val indices = if (header.compression == BmpHeader.Plain) plainIndices(pixelBits) else runLengthIndices()
    palette.toRgb(width, height, indices)
  }

  /** The colours as they are in the file: blue, green, red and, in newer bitmaps, an unused byte each. */
  private def stored(): Array[Byte] = {
    if (colors <= 0 || colors > 65536) throw new ImageException(s"damaged: a table of $colors colours")
    val start = math.min(header.tableAt, file.limit())
    file.array.slice(start, start + colors.toInt * header.bytesPerColor)
  }

  /** Whether the colours are grays in order, so that Pillow leaves them out. */
  private def isGray(table: Array[Byte]): Boolean = (0 until colors.toInt).forall { i =>
    val gray = (if (colors == 2) i * 255 else i).toByte
    val at = i * header.bytesPerColor
    at + 3 <= table.length && (0 to 2).forall(part => table(at + part) == gray)
  }

  private def colorsOf(table: Array[Byte]): ColorTable =
    if (isGray(table)) ColorTable.grays
    else {
      val count = table.length / header.bytesPerColor
      if (count > 256) throw new ImageException(s"damaged: a table of $colors colours, expected at most 256")
      ColorTable.filledUp(Array.tabulate(count * 3)(i => table(i / 3 * header.bytesPerColor + 2 - i % 3)))
    }

  private def plainIndices(pixelBits: Int): Array[Byte] = {
    val rowBytes = (width.toLong * pixelBits + 7) / 8
    header.refuseTruncated(rowBytes)
    val indices = new Array[Byte](Math.multiplyExact(width, height))
    val unpacker = TiffUnpacker.packed(pixelBits, 1, inverted = false, flipped = false)
    (0 until height).foreach(y => unpacker(file.array, header.rowAt(y), indices, y * width, width))
    indices
  }

  private def runLengthIndices(): Array[Byte] = {
    val fourBits = header.compression == BmpHeader.RunLength4
    val runs = new BmpRunLength(file.array, header.pixelsAt, width, fourBits)
    val stored = runs.read(Math.multiplyExact(width, height))
    if (header.topDown) stored
    else {
      val indices = new Array[Byte](stored.length)
      for (y <- 0 until height)
        System.arraycopy(stored, (height - 1 - y) * width, indices, y * width, width)
      indices
    }
  }
}

/** A bitmap of 16, 24 or 32 bits a pixel, whose pixels are colours.
  *
  * @throws ImageException
  *   for bit fields that Pillow does not read (`SUPPORTED` in `BmpImageFile._bitmap`)
  */
final private[bmp] class BmpDirect(header: BmpHeader) extends EncodedImage {
  import header.{bits, file}

  def width: Int = header.width
  def height: Int = header.height
  def orientation: Int = Orientation.Upright

  /** Where red, green and blue are in a pixel. */
  private val fields: Seq[BmpField] = header.masks match {
    case None if bits == 16 => BmpDirect.FiveBits.map(BmpField.ofMask)
    case None => BmpDirect.EightBits.map(BmpField.ofMask)
    case Some(masks) if !BmpDirect.isKnown(bits, masks) =>
      throw new ImageException(
        s"bit fields ${masks.map(_.toHexString).mkString(", ")} of $bits bits are not read"
      )
    case Some(masks) =>
      (if (masks.exists(_ != 0)) masks.take(3) else BmpDirect.EightBits).map(BmpField.ofMask)
  }

  def decode(): RgbImage = {
    val Seq(red, green, blue) = fields
    header.refuseTruncated(width.toLong * bits / 8)
    val out = new Array[Byte](Math.multiplyExact(Math.multiplyExact(width, height), 3))
    for (y <- 0 until height) {
      val from = header.rowAt(y)
      var to = y * width * 3
      var x = 0
      while (x < width) {
        val pixel = pixelAt(from + x * (bits / 8))
        out(to) = red.of(pixel)
        out(to + 1) = green.of(pixel)
        out(to + 2) = blue.of(pixel)
        to += 3
        x += 1
      }
    }
    RgbImage(width, height, out)
  }

  private def pixelAt(at: Int): Int = {
    var pixel = 0
    var i = bits / 8 - 1
    while (i >= 0) {
      pixel = pixel << 8 | file.get(at + i) & 0xff
      i -= 1
    }
    pixel
  }
}

private object BmpDirect {

  /** Masks of red, green and blue in 16 bits. */
  val FiveBits: Seq[Int] = Seq(0x7c00, 0x3e0, 0x1f)

  /** Masks of red, green and blue in 24 and 32 bits. */
  val EightBits: Seq[Int] = Seq(0xff0000, 0xff00, 0xff)
  private val SixBitGreen = Seq(0xf800, 0x7e0, 0x1f)

  /** The masks that Pillow reads in 32 bits: red, green, blue, alpha. */
  private val OfFourBytes: Set[Seq[Int]] = Set(
    Seq(0xff0000, 0xff00, 0xff, 0),
    Seq(0xff0000, 0xff00, 0xff, 0xff000000),
    Seq(0xff000000, 0xff0000, 0xff00, 0),
    Seq(0xff000000, 0xff0000, 0xff00, 0xff),
    Seq(0xff000000, 0xff00, 0xff, 0),
    Seq(0xff000000, 0xff00, 0xff, 0xff0000),
    Seq(0xff, 0xff00, 0xff0000, 0xff000000),
    Seq(0, 0, 0, 0)
  )

  /** Whether Pillow reads these masks of red, green, blue and alpha. */
  def isKnown(bits: Int, masks: Seq[Int]): Boolean = bits match {
    case 32 => OfFourBytes(masks)
    case 24 => masks.take(3) == EightBits
    case _ => masks.take(3) == FiveBits || masks.take(3) == SixBitGreen
  }
}

/** Some bits of a pixel that stand for one colour. */
final private case class BmpField(shift: Int, width: Int) {
  private val brightest = (1 << width) - 1

  /** Spread over 0..255, rounded down as Pillow does. */
  def of(pixel: Int): Byte = ((pixel >>> shift & brightest) * 255 / brightest).toByte
}

private object BmpField {

  /** The field of the bits that are set, which must lie side by side. */
  def ofMask(mask: Int): BmpField =
    BmpField(Integer.numberOfTrailingZeros(mask), Integer.bitCount(mask))
}
