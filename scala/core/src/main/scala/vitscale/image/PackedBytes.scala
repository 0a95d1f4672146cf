package vitscale.image

import java.nio.{ByteBuffer, ByteOrder}

/** Reads interleaved bytes, three for a pixel, as words: four bytes at a time, which a JVM does faster than three. */
final private[image] class PackedBytes(bytes: Array[Byte]) {

  private val view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)

  /** Write pixels as words with the first byte lowest: `0x..321`, with something of the next pixel on top.
    *
    * @param pixel
    *   the first one
    */
  def read(pixel: Int, count: Int, words: Array[Int]): Unit = {
    val last = bytes.length / 3 - 1
    val whole = math.min(count, last - pixel)
    var i = 0
    while (i < whole) {
      words(i) = view.getInt((pixel + i) * 3)
      i += 1
    }
    if (whole < count) {
      val at = last * 3
      words(whole) = (bytes(at) & 0xff) | (bytes(at + 1) & 0xff) << 8 | (bytes(at + 2) & 0xff) << 16
    }
  }
}
