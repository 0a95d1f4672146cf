package vitscale.image.netpbm

import vitscale.ImageException
import vitscale.image.{EncodedImage, GrayRows, ImageFormat, Orientation, PixelRows, RgbImage}

/** Netpbm's PBM, PGM and PPM, plain and raw (P1 to P6).
  *
  * Source of the rules: Pillow's `PpmImagePlugin.py`, `PpmImageFile._open`, `PpmPlainDecoder` and `PpmDecoder`. The formats are
  * those of Netpbm's manual pages pbm(5), pgm(5) and ppm(5).
  */
private[image] object PpmFormat extends ImageFormat {

  val name = "PPM"

  private val Space = Set[Int](' ', '\t', '\n', 0x0b, 0x0c, '\r')

  def recognises(file: Array[Byte]): Boolean =
    file.length > 2 && file(0) == 'P' && file(1) >= '1' && file(1) <= '6' &&
      (Space(file(2).toInt) || file(2) == '#')

  def open(file: Array[Byte]): EncodedImage = {
    if (!Space(file(2).toInt)) throw new ImageException("damaged: its kind is not followed by a space")
    val header = new Header(file)
    val kind = file(1) - '0'
    val (width, height) = (header.number(), header.number())
    val isBitmap = kind == 1 || kind == 4
    val most = if (isBitmap) 1 else header.number()
    if (most < 1 || most > 65535) throw new ImageException(s"damaged: its largest value is $most")
    new PpmImage(file, header.place, kind, width, height, most)
  }

  /** Reads the numbers of a header; a comment reaches from a # to the end of its line. */
  final private class Header(file: Array[Byte]) {
    var place = 3

    def number(): Int = {
      val digits = new StringBuilder
      var ended = false
      while (!ended && place < file.length && digits.length <= MostDigits) {
        val byte = file(place).toInt
        place += 1
        if (byte == '#') skipComment()
        else if (!Space(byte)) digits.append(byte.toChar)
        else ended = digits.nonEmpty
      }
      val text = digits.toString
      if (text.isEmpty) throw new ImageException("truncated: the file ends inside its header")
      wholeNumber(text)
        .filter(_ <= Int.MaxValue)
        .fold[Int] {
          throw new ImageException("damaged: a number of its header is impossible")
        }(_.toInt)
    }

    private def skipComment(): Unit = {
      while (place < file.length && file(place) != '\n' && file(place) != '\r') place += 1
      place += 1
    }
  }

  private val MostDigits = 10
  private val WholeNumber = "\\+?[0-9]+(?:_[0-9]+)*|-0+".r.pattern

  /** A number as Python's `int` reads it, with a sign and with underscores; none if it is below 0, or too long for Pillow. */
  private[netpbm] def wholeNumber(text: String): Option[Long] =
    if (text.length > MostDigits || !WholeNumber.matcher(text).matches) None
    else Some(text.replace("_", "").toLong)

  /** The white space between the values of a plain file, as Python's `bytes.split`. */
  private[netpbm] def isSpace(byte: Int): Boolean = Space(byte)
}

/** An image of Netpbm.
  *
  * @param start
  *   place of the first pixel in the file, in bytes
  * @param kind
  *   1 to 3: plain bitmap, gray, colour; 4 to 6: the same raw
  * @param most
  *   the value of white, from 1 to 65535
  */
final private class PpmImage(
    file: Array[Byte],
    start: Int,
    kind: Int,
    val width: Int,
    val height: Int,
    most: Int
) extends EncodedImage {

  private val isGray = kind == 2 || kind == 5
  private val bands = if (kind == 3 || kind == 6) 3 else 1

  def orientation: Int = Orientation.Upright

  def decode(): PixelRows = {
    val count = Math.multiplyExact(Math.multiplyExact(width, height), bands)
    val samples = new Array[Byte](count)
    if (kind == 4) bits(samples)
    else if (kind == 1) plainBits(samples)
    else if (kind <= 3) plain(samples)
    else raw(samples)
    if (bands == 3) RgbImage(width, height, samples) else new GrayRows(width, height, samples)
  }

  private def truncated: Nothing = throw new ImageException("truncated: the file ends before its last pixels")

  /** Rows of whole bytes, a 1 for black. */
  private def bits(samples: Array[Byte]): Unit = {
    val rowBytes = (width + 7) / 8
    if (start + rowBytes.toLong * height > file.length) truncated
    for (y <- 0 until height; x <- 0 until width) {
      val bit = file(start + y * rowBytes + x / 8) >> (7 - x % 8) & 1
      samples(y * width + x) = (bit - 1).toByte
    }
  }

  private def raw(samples: Array[Byte]): Unit = {
    val bytes = if (most > 255) 2 else 1
    if (start + samples.length.toLong * bytes > file.length) truncated
    var i = 0
    while (i < samples.length) {
      val at = start + i * bytes
      val value = if (bytes == 1) file(at) & 0xff else (file(at) & 0xff) << 8 | file(at + 1) & 0xff
      samples(i) = scaled(value)
      i += 1
    }
  }

  /** Gray of more than 8 bits is scaled to 16, and then clipped like a 16-bit PNG's. */
  private def scaled(value: Int): Byte = {
    val top = if (most > 255 && isGray) 65535 else 255
    val exact = value.toDouble / most * top
    math.min(255, math.min(top.toDouble, math.rint(exact)).toInt).toByte
  }

  private def plainBits(samples: Array[Byte]): Unit = {
    val values = new PlainValues
    var i = 0
    while (i < samples.length) {
      val byte = values.byte()
      if (byte < 0) truncated
      if (byte != '0' && byte != '1') throw new ImageException("damaged: a value that is neither 0 nor 1")
      samples(i) = (byte - '1').toByte
      i += 1
    }
    values.refuseOtherDigits()
  }

  private def plain(samples: Array[Byte]): Unit = {
    val values = new PlainValues
    var i = 0
    while (i < samples.length) {
      val text = values.token()
      if (text.isEmpty) truncated
      val value = PpmFormat.wholeNumber(text).filter(_ <= most)
      samples(i) = scaled(
        value.getOrElse(throw new ImageException(s"damaged: a value of $text, the most is $most")).toInt
      )
      i += 1
    }
  }

  /** The values of a plain file; comments count as nothing. */
  final private class PlainValues {
    private var at = start

    /** Refuses other characters than 0 and 1 behind the last pixel, up to where Pillow reads for it. */
    def refuseOtherDigits(): Unit = {
      val end = start + (at - start + PpmImage.Block - 1) / PpmImage.Block * PpmImage.Block
      var found = byte()
      while (found >= 0 && at <= end) {
        if (found != '0' && found != '1')
          throw new ImageException("damaged: a value that is neither 0 nor 1 behind its last pixel")
        found = byte()
      }
    }

    /** The next byte that is no white space, or -1. */
    def byte(): Int = {
      var found = next()
      while (found >= 0 && PpmFormat.isSpace(found)) found = next()
      found
    }

    def token(): String = {
      val text = new StringBuilder
      var found = byte()
      while (found >= 0 && !PpmFormat.isSpace(found) && text.length <= 10) {
        text.append(found.toChar)
        found = next()
      }
      text.toString
    }

    private def next(): Int = {
      while (at < file.length && file(at) == '#') {
        while (at < file.length && file(at) != '\n' && file(at) != '\r') at += 1
        at += 1
      }
      at += 1
      if (at <= file.length) file(at - 1) & 0xff else -1
    }
  }
}

private object PpmImage {

  /** Bytes that Pillow reads of a plain file at a time (`ImageFile.SAFEBLOCK`). */
  private val Block = 1 << 20
}
