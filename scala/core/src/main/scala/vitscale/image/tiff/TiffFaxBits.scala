package vitscale.image.tiff

import scala.util.control.NoStackTrace

/** The bits of fax data, the first of a byte lowest once read.
  *
  * Where the data end within a code word, libtiff reads zeros; so does this.
  *
  * @param flipped
  *   whether a byte's first bit is its highest
  */
final private[tiff] class TiffFaxBits(in: Array[Byte], from: Int, to: Int, flipped: Boolean) {
  private var bits = 0
  private var available = 0
  private var at = from

  def restart(): Unit = {
    bits = 0
    available = 0
    at = from
  }

  /** The next bits, left where they are.
    *
    * @throws TiffFaxBits.EndOfData
    *   when not a bit is left
    */
  def peek(count: Int): Int = {
    while (available < count)
      if (at < to) {
        val byte = in(at) & 0xff
        bits |= ((if (flipped) TiffUnpacker.Flipped(byte) & 0xff else byte) << available)
        available += 8
        at += 1
      } else if (available == 0) throw TiffFaxBits.EndOfData
      else available = count
    bits & ((1 << count) - 1)
  }

  def skip(count: Int): Unit = {
    bits >>>= count
    available -= count
  }

  def next(table: TiffFaxTable): TiffFaxCode = {
    val code = table(peek(table.lookupBits))
    skip(code.word.length)
    code
  }

  def alignToByte(): Unit = skip(available & 7)

  def alignToWord(): Unit = {
    skip(available & 15)
    if (available == 0 && (at - from) % 2 != 0) at += 1
  }
}

private[tiff] object TiffFaxBits {
  object EndOfData extends RuntimeException("the fax data end too early") with NoStackTrace
}
