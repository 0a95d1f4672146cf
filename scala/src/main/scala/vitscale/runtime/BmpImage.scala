package vitscale.runtime

import java.nio.ByteBuffer

import vitscale.ImageException

/** Where a bitmap's colour table is. */
final private[runtime] case class BmpTable(at: Int, colors: Int, bytesPerColor: Int)

final private[runtime] class BmpImage(
    file: ByteBuffer,
    val width: Int,
    val height: Int,
    topDown: Boolean,
    bits: Int,
    compression: Int,
    masks: Option[Seq[Int]],
    table: BmpTable
) extends EncodedImage {
  import BmpImage._

  private val dataAt = file.getInt(10)

  def orientation: Int = Orientation.Upright

  def decode(): RgbImage = (bits, compression) match {
    case (1 | 4 | 8, Plain) => colors.toRgb(width, height, plainIndices())
    case (8, RunLength8) => colors.toRgb(width, height, runLengthIndices(fourBits = false))
    case (4, RunLength4) => colors.toRgb(width, height, runLengthIndices(fourBits = true))
    case (16 | 24 | 32, Plain | BitFields) => direct(layout)
    case _ => throw new ImageException(s"$bits bits a pixel with compression $compression is not supported")
  }

  private def colors: ColorTable = {
    if (table.colors <= 0 || table.colors > 65536)
      throw new ImageException(s"damaged: a table of ${table.colors} colours")
    val rgb = new Array[Byte](math.min(table.colors, 256) * 3)
    rgb.indices.foreach(i => rgb(i) = file.get(table.at + i / 3 * table.bytesPerColor + 2 - i % 3))
    ColorTable.of(rgb)
  }

  /** Where each stored row starts; rows are padded to four bytes, the padding of the last one may be missing. */
  private def rowAt(stored: Int): Int = {
    val rowBytes = (width.toLong * bits + 31) / 32 * 4
    val at = dataAt + stored * rowBytes
    if (at + (width.toLong * bits + 7) / 8 > file.limit())
      throw new ImageException("truncated: the image data ends before the last row")
    at.toInt
  }

  private def rowOf(stored: Int): Int = if (topDown) stored else height - 1 - stored

  private def plainIndices(): Array[Byte] = {
    rowAt(height - 1)
    val indices = new Array[Byte](Math.multiplyExact(width, height))
    val mask = (1 << bits) - 1
    for (stored <- 0 until height) {
      val from = rowAt(stored)
      val to = rowOf(stored) * width
      var x = 0
      while (x < width) {
        val bit = x.toLong * bits
        val byte = file.get(from + (bit >> 3).toInt) & 0xff
        indices(to + x) = (byte >> (8 - bits - (bit & 7).toInt) & mask).toByte
        x += 1
      }
    }
    indices
  }

  private def runLengthIndices(fourBits: Boolean): Array[Byte] = {
    val stored = new BmpRunLength(file.array, dataAt, width, fourBits).read(Math.multiplyExact(width, height))
    val indices = new Array[Byte](stored.length)
    for (row <- 0 until height) System.arraycopy(stored, row * width, indices, rowOf(row) * width, width)
    indices
  }

  /** Where red, green and blue are in a pixel. */
  private def layout: Seq[BmpField] = masks match {
    case None if bits == 16 => Seq(BmpField(10, 5), BmpField(5, 5), BmpField(0, 5))
    case Some(given) if given.exists(_ != 0) => given.map(BmpField.ofMask)
    case _ => Seq(BmpField(16, 8), BmpField(8, 8), BmpField(0, 8))
  }

  private def direct(fields: Seq[BmpField]): RgbImage = {
    rowAt(height - 1)
    val Seq(red, green, blue) = fields
    val out = new Array[Byte](Math.multiplyExact(Math.multiplyExact(width, height), 3))
    for (stored <- 0 until height) {
      val from = rowAt(stored)
      var to = rowOf(stored) * width * 3
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

private[runtime] object BmpImage {
  val Plain = 0
  val RunLength8 = 1
  val RunLength4 = 2
  val BitFields = 3
}

/** Some bits of a pixel that stand for one colour. */
final private case class BmpField(shift: Int, width: Int) {
  private val brightest = (1 << width) - 1

  /** Spread over 0..255, rounded down as Pillow does. */
  def of(pixel: Int): Byte = ((pixel >>> shift & brightest) * 255 / brightest).toByte
}

private object BmpField {
  def ofMask(mask: Int): BmpField = {
    val field = BmpField(Integer.numberOfTrailingZeros(mask), Integer.bitCount(mask))
    if (field.width < 5 || field.width > 8 || mask >>> field.shift != (1 << field.width) - 1)
      throw new ImageException(s"the bit mask ${mask.toHexString} is not supported")
    field
  }
}
