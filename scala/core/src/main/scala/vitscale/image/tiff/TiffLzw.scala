package vitscale.image.tiff

import vitscale.image.LzwStrings

/** TIFF's LZW (TIFF 6.0, section 13), and the older one whose codes have their lowest bit first and grow one code later.
  */
private[tiff] object TiffLzw extends TiffCodec {

  private val Clear = 256
  private val EndOfData = 257
  private val FirstString = 258
  private val LeastBits = 9
  private val MostBits = 12

  /** libtiff has room for more strings than codes of 12 bits can name. */
  private val MostStrings = (1 << MostBits) - 1 + 1024

  def decode(in: Array[Byte], from: Int, to: Int, out: Array[Byte]): Int = {
    val isOld = to - from >= 2 && in(from) == 0 && (in(from + 1) & 1) != 0
    new Decoder(new Codes(in, from, to, lowestFirst = isOld), isOld).fill(out)
  }

  /** Codes of a growing number of bits. */
  final private class Codes(in: Array[Byte], from: Int, to: Int, lowestFirst: Boolean) {
    private var at = from
    private var bits = 0
    private var count = 0

    /** The next code; the end of the data counts as [[EndOfData]]. */
    def next(width: Int): Int = {
      while (count < width && at < to) {
        val byte = in(at) & 0xff
        bits = if (lowestFirst) bits | byte << count else bits << 8 | byte
        at += 1
        count += 8
      }
      if (count < width) EndOfData
      else {
        count -= width
        val mask = (1 << width) - 1
        if (lowestFirst) {
          val code = bits & mask
          bits >>>= width
          code
        } else {
          val code = bits >>> count & mask
          bits &= (1 << count) - 1
          code
        }
      }
    }
  }

  final private class Decoder(codes: Codes, isOld: Boolean) {
    private val strings = new LzwStrings(MostStrings + 1)
    strings.addBytes(Clear)
    private val length = strings.length
    private val first = strings.last.clone()

    private val growsAt = if (isOld) 0 else 1 // how many strings before its codes run out the width grows
    private var free = FirstString
    private var width = LeastBits
    private var started = false // a clear code must come first

    def fill(out: Array[Byte]): Int = {
      var filled = 0
      var previous = -1
      var code = codes.next(width)
      while (filled < out.length && code != EndOfData) {
        if (code == Clear) {
          if (isOld) java.util.Arrays.fill(length, FirstString, length.length, 0)
          free = FirstString
          width = LeastBits
          previous = -1
          started = true
        } else if (previous < 0) {
          if (code > Clear || !started) return filled
          previous = code
          filled += strings.write(code, out, filled)
        } else {
          if (free > MostStrings - 1 || !isOld && code > free) return filled
          define(previous, if (code < free) first(code) else first(previous))
          if (length(code) == 0) return filled
          previous = code
          filled += strings.write(code, out, filled)
        }
        if (filled < out.length) code = codes.next(width)
      }
      math.min(filled, out.length)
    }

    private def define(before: Int, byte: Byte): Unit = {
      strings.add(free, before, byte)
      first(free) = first(before)
      free += 1
      if (free > (1 << width) - 1 - growsAt && width < MostBits) width += 1
    }
  }
}
