package vitscale.runtime

import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException

/** The first directory of a TIFF file: its whole-number fields.
  *
  * @param file
  *   the whole file, in its own byte order
  */
final private[runtime] class TiffDirectory(file: ByteBuffer, entries: Map[Int, Int]) {

  def bigEndian: Boolean = file.order == ByteOrder.BIG_ENDIAN

  /** A field's values: tag (2 bytes), type (2), count (4), then the values or, if longer than 4 bytes, their place. */
  def values(tag: Int): Option[Seq[Int]] = entries.get(tag).flatMap { entry =>
    val count = file.getInt(entry + 4)
    val size = file.getShort(entry + 2) match {
      case 1 => 1
      case 3 => 2
      case 4 => 4
      case _ => 0
    }
    if (size == 0) None
    else {
      if (count < 0 || count.toLong * size > file.capacity)
        throw new ImageException(s"damaged: field $tag is too long")
      val start = if (count * size > 4) file.getInt(entry + 8) else entry + 8
      Some((0 until count).map(i => number(start + i * size, size)))
    }
  }

  def value(tag: Int, default: => Int): Int = values(tag).flatMap(_.headOption).getOrElse(default)

  private def number(at: Int, size: Int): Int = size match {
    case 1 => file.get(at) & 0xff
    case 2 => file.getShort(at) & 0xffff
    case _ => file.getInt(at)
  }
}

private[runtime] object TiffDirectory {

  private val EntryBytes = 12

  def read(bytes: Array[Byte]): TiffDirectory = {
    val file = ByteBuffer.wrap(bytes)
    file.order(if (bytes(0) == 'I') ByteOrder.LITTLE_ENDIAN else ByteOrder.BIG_ENDIAN)
    val start = file.getInt(4)
    val count = file.getShort(start) & 0xffff
    val entries = (0 until count).map(start + 2 + _ * EntryBytes)
    new TiffDirectory(file, entries.map(at => (file.getShort(at) & 0xffff) -> at).toMap)
  }
}
