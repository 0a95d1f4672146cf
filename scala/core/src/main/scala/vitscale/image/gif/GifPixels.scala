package vitscale.image.gif

import vitscale.ImageException
import vitscale.image.LzwStrings

/** GIF's LZW: codes of growing width, in blocks of at most 255 bytes.
  *
  * @param start
  *   where the first block's length byte is
  * @param dataBits
  *   bits of a colour index
  */
final private[gif] class GifPixels(file: Array[Byte], start: Int, dataBits: Int) {
  import GifPixels._

  private val clear = 1 << dataBits
  private val end = clear + 1

  private val strings = new LzwStrings(MostCodes)

  private var at = start
  private var blockEnd = start
  private var bits = 0
  private var bitCount = 0

  /** Reads exactly `count` colour indices.
    *
    * @throws ImageException
    *   when there are fewer, or the codes cannot be right
    */
  def read(count: Int): Array[Byte] = {
    if (dataBits > MostBits) throw new ImageException(s"damaged: $dataBits bits a colour index")
    strings.addBytes(clear)
    val out = new Array[Byte](count)
    var filled = 0
    var next = clear + 2
    var codeBits = dataBits + 1
    var previous = None: Option[Int]
    while (filled < count) {
      val code = nextCode(codeBits)
      if (code == end) throw new ImageException("truncated: the image data ends before the last pixel")
      else if (code == clear) {
        next = clear + 2
        codeBits = dataBits + 1
        previous = None
      } else {
        if (code > next || previous.isEmpty && code > clear || code >= MostCodes)
          throw new ImageException(s"damaged: code $code is not known yet")
        previous.foreach { before =>
          if (next < MostCodes) {
            // A code that is only being defined stands for the string before and that string's first index again.
            strings.add(next, before, firstOf(if (code == next) before else code))
            if (next == (1 << codeBits) - 1 && codeBits < MostBits) codeBits += 1
            next += 1
          }
        }
        filled += strings.write(code, out, filled)
        previous = Some(code)
      }
    }
    out
  }

  private def firstOf(code: Int): Byte = {
    var at = code
    while (at > clear) at = strings.prefix(at)
    strings.last(at)
  }

  private def nextCode(width: Int): Int = {
    while (bitCount < width) {
      bits |= nextByte() << bitCount
      bitCount += 8
    }
    val code = bits & ((1 << width) - 1)
    bits >>>= width
    bitCount -= width
    code
  }

  private def nextByte(): Int = {
    while (at == blockEnd) {
      val size = if (at < file.length) file(at) & 0xff else file.length
      if (at + 1 + size > file.length)
        throw new ImageException("truncated: the image data ends before the last pixel")
      at += 1
      blockEnd = at + size
    }
    at += 1
    file(at - 1) & 0xff
  }
}

/** Limits of GIF89a, appendix F. */
private[gif] object GifPixels {
  private val MostBits = 12
  private val MostCodes = 1 << MostBits
}
