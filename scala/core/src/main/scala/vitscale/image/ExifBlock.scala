package vitscale.image

import java.nio.charset.StandardCharsets.ISO_8859_1
import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException

/** EXIF data as `PIL.TiffImagePlugin.ImageFileDirectory_v2` reads them. */
private[image] object ExifBlock {

  private val Prefix = "Exif\u0000\u0000".getBytes(ISO_8859_1)
  private val HeaderBytes = 8
  private val EntryBytes = 12
  private val OrientationTag = 0x0112

  /** Bytes of one value, by the type's number; Pillow skips other types. */
  private val Sizes: Map[Int, Int] = Map(
    1 -> 1, // BYTE
    2 -> 1, // ASCII
    3 -> 2, // SHORT
    4 -> 4, // LONG
    5 -> 8, // RATIONAL
    6 -> 1, // SBYTE
    7 -> 1, // UNDEFINED
    8 -> 2, // SSHORT
    9 -> 4, // SLONG
    10 -> 8, // SRATIONAL
    11 -> 4, // FLOAT
    12 -> 8, // DOUBLE
    13 -> 4, // IFD
    16 -> 8 // LONG8
  )

  /** The value of the orientation tag: None where there is no such tag, 0 where its value is no whole number.
    *
    * @throws ImageException
    *   where the block does not begin as a TIFF file does
    */
  def orientation(block: Array[Byte]): Option[Int] = {
    val content = block.drop(Prefix.length * prefixes(block))
    if (content.isEmpty) None
    else {
      val tiff = ByteBuffer.wrap(content).order(byteOrder(content))
      find(tiff, math.min(tiff.getInt(4) & 0xffffffffL, content.length.toLong))
    }
  }

  /** How often the block is announced: once, or twice where a tool wrapped it again. */
  private def prefixes(block: Array[Byte]): Int =
    Iterator.from(0).takeWhile(n => n < 2 && block.startsWith(Prefix, n * Prefix.length)).length

  private def byteOrder(content: Array[Byte]): ByteOrder = {
    val start = content.take(4).map(byte => f"${byte & 0xff}%02x").mkString
    val isLittle = start.startsWith("4949")
    val isKnown = Set("4d4d002a", "49492a00", "4d4d2a00", "4949002a", "4d4d002b", "49492b00")(start)
    // The last of them is BigTIFF, whose header is longer than Pillow reads here.
    if (!isKnown || start == "49492b00" || content.length < HeaderBytes)
      throw new ImageException(s"damaged: its EXIF data begin with $start, expected a TIFF header")
    if (isLittle) ByteOrder.LITTLE_ENDIAN else ByteOrder.BIG_ENDIAN
  }

  /** Walks over the entries as Pillow does, which gives up at one whose values lie beyond the end. */
  private def find(tiff: ByteBuffer, directory: Long): Option[Int] = {
    val limit = tiff.limit()
    var at = directory.toInt + 2
    val end = if (at > limit) 0 else at + EntryBytes * (tiff.getShort(directory.toInt) & 0xffff)
    var outOfLine = 0L
    var found: Option[Int] = None
    var readable = true
    while (readable && found.isEmpty && at < end && at + EntryBytes <= limit) {
      val kind = tiff.getShort(at + 2) & 0xffff
      val bytes = Sizes.getOrElse(kind, 0).toLong * (tiff.getInt(at + 4) & 0xffffffffL)
      if (bytes > 4) outOfLine += bytes
      if (bytes > 0 && (bytes <= 4 || outOfLine <= limit)) {
        val valueAt = if (bytes > 4) tiff.getInt(at + 8) & 0xffffffffL else at + 8L
        readable = valueAt + bytes <= limit
        if (readable && (tiff.getShort(at) & 0xffff) == OrientationTag)
          found = Some(value(tiff, kind, valueAt.toInt))
      }
      at += EntryBytes
    }
    found
  }

  /** The first value as a whole number; 0 for texts, bytes and fractions, which turn no image. */
  private def value(tiff: ByteBuffer, kind: Int, at: Int): Int = kind match {
    case 3 => tiff.getShort(at) & 0xffff
    case 4 | 13 => whole((tiff.getInt(at) & 0xffffffffL).toDouble)
    case 5 => ratio(tiff.getInt(at) & 0xffffffffL, tiff.getInt(at + 4) & 0xffffffffL)
    case 6 => tiff.get(at).toInt
    case 8 => tiff.getShort(at).toInt
    case 9 => tiff.getInt(at)
    case 10 => ratio(tiff.getInt(at).toLong, tiff.getInt(at + 4).toLong)
    case 11 => whole(tiff.getFloat(at).toDouble)
    case 12 => whole(tiff.getDouble(at))
    case 16 => if ((tiff.getLong(at) & ~0xffL) == 0) tiff.getLong(at).toInt else 0
    case _ => 0
  }

  private def ratio(numerator: Long, denominator: Long): Int =
    if (denominator != 0 && numerator % denominator == 0) whole((numerator / denominator).toDouble) else 0

  private def whole(value: Double): Int = if (value == value.toInt.toDouble) value.toInt else 0
}
