package vitscale.image.bmp

import vitscale.ImageException

/** The run-length encoding of 4-bit and 8-bit bitmaps (Microsoft's "Bitmap Compression"), read as Pillow reads it. */
final private[bmp] class BmpRunLength(file: Array[Byte], start: Long, width: Int, fourBits: Boolean) {

  private var at = math.min(start, file.length.toLong).toInt

  /** Reads `count` colour indices.
    *
    * @throws ImageException
    *   when the data end before; what the specification leaves undefined there, Pillow refuses as well
    */
  def read(count: Int): Array[Byte] = {
    val out = new Array[Byte](count)
    var filled = 0
    var ended = false
    var x = 0 // where the row stands; goes beyond its end when the data do
    while (filled < count && !ended) {
      val (first, second) = (byte(), byte())
      if (first > 0) {
        val run = math.min(math.min(first, math.max(width - x, 0)), count - filled)
        filled += repeat(second, run, out, filled)
        x += run
      } else
        second match {
          case 0 =>
            filled = (filled + width - 1) / width * width
            x = 0
          case 1 => ended = true
          case 2 =>
            filled += byte() + byte() * width
            x = filled % width
          case literals =>
            filled += copy(math.min(literals, count - filled), out, filled)
            x += literals
        }
    }
    if (filled < count) throw new ImageException("truncated: the image data ends before the last pixel")
    out
  }

  private def repeat(value: Int, count: Int, out: Array[Byte], from: Int): Int = {
    (0 until count).foreach(i => out(from + i) = index(value, i))
    count
  }

  private def copy(count: Int, out: Array[Byte], from: Int): Int = {
    (0 until count).foreach { i =>
      val value = if (fourBits) file(at + i / 2) & 0xff else file(at + i) & 0xff
      out(from + i) = index(value, i)
    }
    at += (if (fourBits) (count + 1) / 2 else count)
    if (at % 2 != 0) at += 1 // literals are padded to 16 bits
    count
  }

  /** Two 4-bit indices share a byte, the higher first. */
  private def index(value: Int, i: Int): Byte =
    (if (!fourBits) value else if (i % 2 == 0) value >> 4 else value & 15).toByte

  private def byte(): Int = {
    at += 1
    file(at - 1) & 0xff
  }
}
