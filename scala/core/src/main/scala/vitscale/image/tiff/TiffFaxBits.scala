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

  /** Goes back to the first bit. */
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

  /** Moves on by some bits, which `peek` has seen. */
  def skip(count: Int): Unit = {
    bits >>>= count
    available -= count
  }

  /** The next code word, behind which the data go on.
    *
    * @throws TiffFaxBits.EndOfData
    *   when not a bit is left
    */
  def next(table: TiffFaxTable): TiffFaxCode = {
    val code = table(peek(table.lookupBits))
    skip(code.word.length)
    code
  }

  /** Skips to the next whole byte. */
  def alignToByte(): Unit = skip(available & 7)

  /** Skips to the next even place. */
  def alignToWord(): Unit = {
    skip(available & 15)
    if (available == 0 && (at - from) % 2 != 0) at += 1
  }
}

private[tiff] object TiffFaxBits {

  /** Thrown where a code word would begin behind the last bit. */
  object EndOfData extends RuntimeException("the fax data end too early") with NoStackTrace
}
