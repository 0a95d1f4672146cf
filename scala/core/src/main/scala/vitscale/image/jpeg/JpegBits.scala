package vitscale.image.jpeg

import scala.util.control.NoStackTrace

/** The bits of Huffman-coded data, fetched as libjpeg-turbo's `jdhuff.c` fetches them on a 64-bit machine.
  *
  * How far it reads ahead decides whether a file without an end marker counts as whole: where it wants more bytes
  * than there are, it suspends, although the bits it holds might do.
  */
final private[jpeg] class JpegBits(input: JpegInput) {
  import JpegBits._

  private var bits = 0L
  private var left = 0

  /** Whether a marker came before the data's end; zeros stand for what is missing. */
  var insufficient = false
  private var fast = false

  private var markedAt = 0L
  private var markedBits = 0L
  private var markedLeft = 0

  /** Remembers this place, to which `rollback` returns after a suspension. */
  def mark(): Unit = {
    markedAt = input.at
    markedBits = bits
    markedLeft = left
  }

  /** Returns to the place that `mark` remembered. */
  def rollback(): Unit = {
    input.at = markedAt
    bits = markedBits
    left = markedLeft
  }

  /** Forgets the bits of the scan before. */
  def startScan(): Unit = {
    left = 0
    insufficient = false
  }

  /** Drops the bits before a restart marker and moves behind it. */
  def restart(): Unit = {
    left = 0
    input.restart()
    // Right before another marker the next segment is empty too.
    if (input.unreadMarker == 0) insufficient = false
  }

  /** Decodes one MCU, in libjpeg-turbo's fast way where so many bytes are there that no end can be met. */
  def decoding(blocks: Int, canBeFast: Boolean)(mcu: => Unit): Unit = {
    fast = canBeFast && input.unreadMarker == 0 && input.available >= FastBytes * blocks
    try mcu
    catch {
      case MarkerMet =>
        rollback()
        fast = false
        mcu
    }
  }

  /** The symbol of the next code. */
  def symbol(table: JpegHuffmanTable): Int = {
    if (fast) fillFast()
    else if (left < JpegHuffmanTable.LookAhead) fill(0)
    if (left < JpegHuffmanTable.LookAhead) longCode(table, 1)
    else {
      val entry = table.lookup((bits >>> (left - JpegHuffmanTable.LookAhead)).toInt & 0xff)
      val length = entry >> JpegHuffmanTable.LookAhead
      if (length > JpegHuffmanTable.LookAhead) longCode(table, length)
      else {
        left -= length
        entry & 0xff
      }
    }
  }

  private def longCode(table: JpegHuffmanTable, shortest: Int): Int = {
    var length = shortest
    var code = take(length)
    while (code > table.longest(length)) {
      code = code << 1 | take(1)
      length += 1
    }
    table.symbol(code, length)
  }

  /** The next bits as an unsigned number. */
  def receive(count: Int): Int = {
    if (fast) fillFast()
    take(count)
  }

  /** A number of so many bits, negative where its first bit is 0 (ITU-T T.81, figure F.12). */
  def receiveSigned(count: Int): Int = {
    val value = receive(count)
    if (value < (1 << (count - 1))) value + (-1 << count) + 1 else value
  }

  private def take(count: Int): Int = {
    if (left < count && !fast) fill(count)
    left -= count
    (bits >>> left).toInt & ((1 << count) - 1)
  }

  /** `jpeg_fill_bit_buffer`: as many bytes as fit, and zeros behind a marker where `wanted` bits are not there. */
  private def fill(wanted: Int): Unit = {
    while (left < Full && input.unreadMarker == 0) {
      var byte = input.u8()
      if (byte == 0xff) {
        while (byte == 0xff) byte = input.u8()
        if (byte == 0) byte = 0xff else input.unreadMarker = byte
      }
      if (input.unreadMarker == 0) {
        bits = bits << 8 | byte
        left += 8
      }
    }
    if (wanted > left) {
      insufficient = true
      bits <<= Full - left
      left = Full
    }
  }

  /** Six bytes at once where 16 bits or fewer are left. */
  private def fillFast(): Unit =
    if (left <= 16) {
      var i = 0
      while (i < 6) {
        val byte = input.u8()
        if (byte == 0xff && input.u8() != 0) throw MarkerMet
        bits = bits << 8 | byte
        i += 1
      }
      left += 48
    }
}

private[jpeg] object JpegBits {

  /** Bits that libjpeg fills its 64-bit register to, at least. */
  private val Full = 57

  /** Bytes of input for each block that make libjpeg-turbo skip its checks. */
  private val FastBytes = 512L

  private object MarkerMet extends RuntimeException with NoStackTrace
}
