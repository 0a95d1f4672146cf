package vitscale.image.tiff

/** Fax coding (ITU-T T.4 and T.6) as libtiff reads it.
  *
  * @param twoDimensional
  *   whether rows of group 3 can be coded against the row above (T4Options, bit 0)
  * @param lowestFirst
  *   whether the first pixel is in a byte's lowest bit (FillOrder 2)
  */
final private[tiff] class TiffFax(
    compression: Int,
    twoDimensional: Boolean,
    lowestFirst: Boolean,
    width: Int,
    rowBytes: Int
) extends TiffCodec {
  import TiffFax._

  private val needsReference = compression == TiffCompression.Fax4 || twoDimensional

  private val room = {
    val rounded = (width + 1 + 31) / 32 * 32
    if (needsReference) Math.multiplyExact(rounded, 2) else rounded
  }

  /** Once a strip turned out to have no end-of-line codes, libtiff expects none in the others. */
  private var withoutEndOfLine = false

  def decode(in: Array[Byte], from: Int, to: Int, out: Array[Byte]): Int =
    new Strip(new TiffFaxBits(in, from, to, flipped = !lowestFirst), out).decode() * rowBytes

  final private class Strip(bits: TiffFaxBits, out: Array[Byte]) {
    private var row = new TiffFaxRow(bits, width, room)
    private var above = new TiffFaxRow(bits, width, room)
    private val rows = out.length / rowBytes
    private var sawEndOfLine = false
    private var index = 0

    /** @return
      *   the rows that are as libtiff gives them
      */
    def decode(): Int = {
      above.clear()
      try
        while (index < rows) {
          row.start()
          row.sawEndOfLine = sawEndOfLine
          compression match {
            case TiffCompression.Fax4 => if (!group4()) return index
            case TiffCompression.Fax3 => group3()
            case _ => plainRuns()
          }
          index += 1
        }
      catch {
        case TiffFaxBits.EndOfData => ()
      }
      index
    }

    private def plainRuns(): Unit = {
      row.decodeAlone()
      row.paint(out, index * rowBytes)
      if (compression == TiffCompression.FaxRuns) bits.alignToByte() else bits.alignToWord()
    }

    private def group3(): Unit = {
      if (!withoutEndOfLine) skipEndOfLine()
      row.sawEndOfLine = sawEndOfLine
      val alone = !twoDimensional || nextBit() == 1
      if (alone) row.decodeAlone() else row.decodeAgainst(above)
      sawEndOfLine = row.sawEndOfLine
      row.paint(out, index * rowBytes)
      if (twoDimensional) {
        row.addLastChange()
        swapRows()
      }
    }

    private def nextBit(): Int = {
      val bit = bits.peek(1)
      bits.skip(1)
      bit
    }

    private def swapRows(): Unit = {
      val painted = row
      row = above
      above = painted
    }

    /** Moves behind the next end-of-line code: 11 zeros or more, and a one. Where there is none, libtiff starts the data
      * again and expects none.
      */
    private def skipEndOfLine(): Unit = {
      if (!sawEndOfLine) while (bits.peek(EndOfLineZeros) != 0) bits.skip(1)
      try {
        while (bits.peek(8) == 0) bits.skip(8)
        while (bits.peek(1) == 0) bits.skip(1)
        bits.skip(1)
      } catch {
        case TiffFaxBits.EndOfData =>
          withoutEndOfLine = true
          bits.restart()
      }
      sawEndOfLine = false
    }

    /** @return
      *   whether rows can follow; the one that the end of the page cuts off is painted
      */
    private def group4(): Boolean = {
      val ended =
        try {
          row.decodeAgainst(above)
          row.sawEndOfLine
        } catch {
          case TiffFaxBits.EndOfData => true
        }
      row.paint(out, index * rowBytes)
      if (ended) {
        // libtiff wants a whole row first, and leaves all that follow this one as they were in memory.
        if (index != 0) index += 1
      } else {
        row.add(0)
        swapRows()
      }
      !ended
    }
  }
}

private object TiffFax {
  private val EndOfLineZeros = 11
}
