package vitscale.image.jpeg

import javax.imageio.plugins.jpeg.JPEGHuffmanTable

import vitscale.ImageException

/** The tables that a JPEG's segments define, as libjpeg keeps them between scans. */
final private[image] class JpegTables {
  import JpegTables._

  /** Quantisation tables in natural order: 64 values of 16 bits each. */
  val quantization = new Array[Array[Short]](Slots)

  /** Huffman tables of DC coefficients by slot, null where none is defined. */
  val dc = new Array[JpegHuffmanTable](Slots)

  /** Huffman tables of AC coefficients by slot, null where none is defined. */
  val ac = new Array[JpegHuffmanTable](Slots)

  /** Conditioning of arithmetic coding (ITU-T T.81, F.1.4.4): bounds of small differences, and the low band's end. */
  val dcLower = new Array[Int](ArithmeticSlots)
  val dcUpper: Array[Int] = Array.fill(ArithmeticSlots)(1)
  val acBand: Array[Int] = Array.fill(ArithmeticSlots)(5)

  /** Reads a DQT segment (ITU-T T.81, B.2.4.1).
    *
    * @param input
    *   at the segment's length
    * @throws ImageException
    *   if a table's number or the length is impossible
    */
  def readQuantization(input: JpegInput): Unit = {
    var left = input.u16() - 2
    while (left > 0) {
      val slot = input.u8()
      val wide = (slot >> 4) != 0
      require((slot & 15) < Slots, s"quantisation table ${slot & 15}")
      val table = new Array[Short](64)
      for (i <- 0 until 64)
        table(JpegZigzag.natural(i)) = (if (wide) input.u16() else input.u8()).toShort
      quantization(slot & 15) = table
      left -= (if (wide) 129 else 65)
    }
    require(left == 0, "length of the quantisation tables")
  }

  /** Reads a DHT segment (ITU-T T.81, B.2.4.2).
    *
    * @param input
    *   at the segment's length
    * @throws ImageException
    *   if a table's number, its codes or the length are impossible
    */
  def readHuffman(input: JpegInput): Unit = {
    var left = input.u16() - 2
    while (left > 16) {
      val slot = input.u8()
      val counts = Array.fill(16)(input.u8())
      left -= 17
      require(counts.sum <= math.min(256, left), "codes of a Huffman table")
      val values = Array.fill(counts.sum)(input.u8())
      left -= values.length
      require((slot & ~0x10) < Slots, s"Huffman table $slot")
      (if ((slot & 0x10) != 0) ac else dc) (slot & 3) = new JpegHuffmanTable(counts, values)
    }
    require(left == 0, "length of the Huffman tables")
  }

  /** Reads a DAC segment (ITU-T T.81, B.2.4.3).
    *
    * @param input
    *   at the segment's length
    * @throws ImageException
    *   if a table's number, a value or the length is impossible
    */
  def readConditioning(input: JpegInput): Unit = {
    var left = input.u16() - 2
    while (left > 0) {
      val slot = input.u8()
      val value = input.u8()
      left -= 2
      require(slot < 2 * ArithmeticSlots, s"conditioning table $slot")
      if (slot >= ArithmeticSlots) acBand(slot - ArithmeticSlots) = value
      else {
        dcLower(slot) = value & 15
        dcUpper(slot) = value >> 4
        require(dcLower(slot) <= dcUpper(slot), s"conditioning value $value")
      }
    }
    require(left == 0, "length of the conditioning tables")
  }

  /** Puts the standard tables (ITU-T T.81, K.3) where none was defined, as motion JPEG leaves them out. */
  def addStandardHuffman(): Unit = {
    def fill(tables: Array[JpegHuffmanTable], slot: Int, standard: JPEGHuffmanTable): Unit =
      if (tables(slot) == null)
        tables(slot) = new JpegHuffmanTable(
          standard.getLengths.map(_.toInt).padTo(16, 0),
          standard.getValues.map(_.toInt)
        )
    fill(dc, 0, JPEGHuffmanTable.StdDCLuminance)
    fill(ac, 0, JPEGHuffmanTable.StdACLuminance)
    fill(dc, 1, JPEGHuffmanTable.StdDCChrominance)
    fill(ac, 1, JPEGHuffmanTable.StdACChrominance)
  }

  private def require(condition: Boolean, what: String): Unit =
    if (!condition) throw new ImageException(s"damaged: impossible $what")
}

private[image] object JpegTables {
  private val Slots = 4
  private val ArithmeticSlots = 16
}

/** The order in which a block's coefficients are stored. */
private[jpeg] object JpegZigzag {

  /** Natural (row-major) place of the coefficients; damaged data may count beyond the 64th, which ends at the last. */
  val natural: Array[Int] = {
    val diagonals = (0 until 15).flatMap { sum =>
      val rows = (math.max(0, sum - 7) to math.min(sum, 7)).map(row => row * 8 + sum - row)
      if (sum % 2 == 0) rows.reverse else rows
    }
    diagonals.toArray ++ Array.fill(16)(63)
  }
}

/** A Huffman table prepared for decoding (ITU-T T.81, figures C.1, C.2 and F.15).
  *
  * @param counts
  *   codes of each length from 1 to 16
  * @param symbols
  *   what the codes stand for, the shortest code's first
  */
final private[jpeg] class JpegHuffmanTable(counts: Array[Int], symbols: Array[Int]) {
  import JpegHuffmanTable._

  /** Longest code value of each length, or -1; the sentinel at 17 ends every search. */
  private[vitscale] val longest = Array.fill(18)(-1)
  private val offset = new Array[Int](18)

  /** For each byte that follows: the code's length in the upper bits and its symbol; a length of 9 means a longer code. */
  private[jpeg] val lookup: Array[Int] = Array.fill(1 << LookAhead)((LookAhead + 1) << LookAhead)

  /** Whether the codes form a tree and none has all bits set, as libjpeg asks before it uses a table. */
  val isValid: Boolean = build()

  /** libjpeg's check of a DC table: no difference of more than 15 bits. */
  def fitsDc: Boolean = symbols.forall(_ <= 15)

  private def build(): Boolean = {
    var code = 0
    var at = 0
    var fits = true
    for (length <- 1 to 16) {
      val count = counts(length - 1)
      if (count > 0) {
        offset(length) = at - code
        longest(length) = code + count - 1
        if (length <= LookAhead && fits) fillLookup(length, code, at, count)
        at += count
        code += count
        fits &&= code < (1 << length)
      }
      code <<= 1
    }
    longest(17) = 0xfffff
    fits
  }

  private def fillLookup(length: Int, first: Int, at: Int, count: Int): Unit = {
    val spread = 1 << (LookAhead - length)
    val from = first * spread
    for (i <- 0 until math.min(count * spread, lookup.length - from))
      lookup(from + i) = length << LookAhead | symbols(at + i / spread)
  }

  /** The symbol of a code, 0 for damaged codes. */
  def symbol(code: Int, length: Int): Int =
    if (length > 16) 0
    else {
      val index = code + offset(length)
      if (index >= 0 && index < symbols.length) symbols(index) else 0
    }
}

private[jpeg] object JpegHuffmanTable {

  /** Bits that one step looks up, libjpeg's `HUFF_LOOKAHEAD`. */
  val LookAhead = 8
}
