package vitscale.image

/** The strings of an LZW decoder, which GIF and TIFF share: each is a shorter one, `prefix`, and one byte after it.
  *
  * @param most
  *   codes that can have a string
  */
final private[image] class LzwStrings(most: Int) {

  /** Code of the string without its last byte, by code. */
  val prefix = new Array[Int](most)

  /** Last byte, by code. */
  val last = new Array[Byte](most)

  /** Length in bytes, by code; 0 for a code without a string. */
  val length = new Array[Int](most)

  /** Lets a code stand for the string of another one and one byte. */
  def add(code: Int, before: Int, byte: Byte): Unit = {
    prefix(code) = before
    last(code) = byte
    length(code) = length(before) + 1
  }

  /** Lets each code below `count` stand for the byte of its own value. */
  def addBytes(count: Int): Unit =
    (0 until math.min(count, most)).foreach { code =>
      last(code) = code.toByte
      length(code) = 1
    }

  /** Writes a code's string from its end to its start; what does not fit is left out.
    *
    * @return
    *   its length
    */
  def write(code: Int, out: Array[Byte], start: Int): Int = {
    var at = code
    var to = start + length(code) - 1
    while (to >= start) {
      if (to < out.length) out(to) = last(at)
      at = prefix(at)
      to -= 1
    }
    length(code)
  }
}
