package vitscale.image.tiff

import vitscale.ImageException

/** Puts decompressed samples in the machine's byte order and adds up their differences (TIFF 6.0, section 14, and
  * Adobe's Technical Note 3 for floating point).
  */
private[tiff] object TiffPredictor {

  /** Samples are stored as they are (TIFF 6.0, field 317). */
  val None = 1
  private val Horizontal = 2
  private val FloatingPoint = 3

  /** @param rowBytes
    *   of a segment
    * @param samples
    *   of a pixel that lie side by side
    * @return
    *   what is to be done with the bytes of each segment, in place
    */
  def undo(
      predictor: Int,
      layout: TiffLayout,
      rowBytes: Int,
      samples: Int,
      bigEndian: Boolean
  ): Array[Byte] => Unit = {
    val bits = layout.bits.head
    val swap: Array[Byte] => Unit = if (bigEndian && bits % 8 == 0) reverseSamples(_, bits / 8) else _ => ()
    predictor match {
      case None => swap
      case Horizontal if bits == 8 || bits == 16 || bits == 32 =>
        bytes => {
          swap(bytes)
          eachRow(bytes, rowBytes)(addUp(bytes, _, rowBytes, bits / 8, samples))
        }
      case FloatingPoint if layout.mode == TiffMode.Float32 =>
        bytes => eachRow(bytes, rowBytes)(addUpBytes(bytes, _, rowBytes, bits / 8, samples))
      case other => throw new ImageException(s"predictor $other with $bits-bit samples is not read")
    }
  }

  private def eachRow(bytes: Array[Byte], rowBytes: Int)(row: Int => Unit): Unit = {
    if (bytes.length % rowBytes != 0)
      throw new ImageException("damaged: a predictor with rows of unequal length")
    (0 until bytes.length by rowBytes).foreach(row)
  }

  private def reverseSamples(bytes: Array[Byte], size: Int): Unit = {
    var at = 0
    while (at + size <= bytes.length) {
      var i = 0
      while (i < size / 2) {
        val byte = bytes(at + i)
        bytes(at + i) = bytes(at + size - 1 - i)
        bytes(at + size - 1 - i) = byte
        i += 1
      }
      at += size
    }
  }

  private def refuseFraction(rowBytes: Int, step: Int): Unit =
    if (rowBytes % step != 0)
      throw new ImageException(s"damaged: rows of $rowBytes bytes with pixels of $step bytes")

  /** Little-endian samples become their sums with the pixel to their left. */
  private def addUp(bytes: Array[Byte], start: Int, rowBytes: Int, size: Int, samples: Int): Unit = {
    val step = size * samples
    refuseFraction(rowBytes, step)
    var at = start + step
    while (at < start + rowBytes) {
      var carry = 0
      var i = 0
      while (i < size) {
        val sum = (bytes(at + i) & 0xff) + (bytes(at + i - step) & 0xff) + carry
        bytes(at + i) = sum.toByte
        carry = sum >> 8
        i += 1
      }
      at += size
    }
  }

  /** Bytes become their sums; then the row's highest bytes, all in front, join the lower ones. */
  private def addUpBytes(bytes: Array[Byte], start: Int, rowBytes: Int, size: Int, samples: Int): Unit = {
    refuseFraction(rowBytes, size * samples)
    var at = start + samples
    while (at < start + rowBytes) {
      bytes(at) = (bytes(at) + bytes(at - samples)).toByte
      at += 1
    }
    val planes = bytes.slice(start, start + rowBytes)
    val count = rowBytes / size
    for (i <- 0 until count; byte <- 0 until size)
      bytes(start + i * size + byte) = planes((size - 1 - byte) * count + i)
  }
}
