package vitscale.image.tiff

/** A table of code words: what the next bits of the data mean, the first bit lowest. */
final private[tiff] class TiffFaxTable(val lookupBits: Int, codes: Seq[TiffFaxCode]) {

  private val entries = {
    val table = Array.fill(1 << lookupBits)(TiffFaxCode.invalid)
    codes.foreach { code =>
      val start = code.word.zipWithIndex.map { case (bit, i) => (bit - '0') << i }.sum
      (start until table.length by (1 << code.word.length)).foreach(table(_) = code)
    }
    table
  }

  /** The code word that the next `lookupBits` bits start with; [[TiffFaxCode.invalid]] if there is none. */
  def apply(bits: Int): TiffFaxCode = entries(bits)
}

/** @param word
  *   the code's bits in the order of the data
  * @param value
  *   a run's pixels, or by how much a vertical code moves right
  */
final private[tiff] case class TiffFaxCode(word: String, kind: TiffFaxCode.Kind, value: Int = 0)

/** The code words of ITU-T T.4 (tables 2, 3a and 3b) and T.6 (table 1). */
private[tiff] object TiffFaxCode {

  /** What a code word means. */
  sealed trait Kind
  case object Invalid extends Kind
  case object Pass extends Kind
  case object Horizontal extends Kind
  case object Vertical extends Kind
  case object Extension extends Kind
  case object EndOfLine extends Kind

  /** A run's last code word. */
  case object Terminating extends Kind

  /** A multiple of 64 pixels; more code words of the run follow. */
  case object MakeUp extends Kind

  /** No code word. */
  val invalid: TiffFaxCode = TiffFaxCode("", Invalid)

  private val whiteTerminating =
    words(
      "00110101 000111 0111 1000 1011 1100 1110 1111 10011 10100 00111 01000 001000 000011 110100 110101 " +
        "101010 101011 0100111 0001100 0001000 0010111 0000011 0000100 0101000 0101011 0010011 0100100 " +
        "0011000 00000010 00000011 00011010 00011011 00010010 00010011 00010100 00010101 00010110 00010111 " +
        "00101000 00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010 00001011 01010010 " +
        "01010011 01010100 01010101 00100100 00100101 01011000 01011001 01011010 01011011 01001010 01001011 " +
        "00110010 00110011 00110100"
    )

  private val whiteMakeUp =
    words(
      "11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000 01100111 011001100 011001101 " +
        "011010010 011010011 011010100 011010101 011010110 011010111 011011000 011011001 011011010 011011011 " +
        "010011000 010011001 010011010 011000 010011011"
    )

  private val blackTerminating =
    words(
      "0000110111 010 11 10 011 0011 0010 00011 000101 000100 0000100 0000101 0000111 00000100 00000111 " +
        "000011000 0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 " +
        "00000101000 00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 " +
        "000001101001 000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 " +
        "000011010110 000011010111 000001101100 000001101101 000011011010 000011011011 000001010100 " +
        "000001010101 000001010110 000001010111 000001100100 000001100101 000001010010 000001010011 " +
        "000000100100 000000110111 000000111000 000000100111 000000101000 000001011000 000001011001 " +
        "000000101011 000000101100 000001011010 000001100110 000001100111"
    )

  private val blackMakeUp =
    words(
      "0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 " +
        "0000001101100 0000001101101 0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 " +
        "0000001110011 0000001110100 0000001110101 0000001110110 0000001110111 0000001010010 0000001010011 " +
        "0000001010100 0000001010101 0000001011010 0000001011011 0000001100100 0000001100101"
    )

  private val longMakeUp =
    words(
      "00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101 000000010110 " +
        "000000010111 000000011100 000000011101 000000011110 000000011111"
    )

  private def words(text: String): Seq[String] = text.split(' ').toSeq

  private val firstLongRun = 1792

  private def runs(terminating: Seq[String], makeUp: Seq[String]): Seq[TiffFaxCode] =
    terminating.zipWithIndex.map { case (word, i) => TiffFaxCode(word, Terminating, i) } ++
      makeUp.zipWithIndex.map { case (word, i) => TiffFaxCode(word, MakeUp, 64 * (i + 1)) } ++
      longMakeUp.zipWithIndex.map { case (word, i) => TiffFaxCode(word, MakeUp, firstLongRun + 64 * i) } :+
      TiffFaxCode("00000000000", EndOfLine)

  /** Runs of white pixels. */
  val White = new TiffFaxTable(12, runs(whiteTerminating, whiteMakeUp))

  /** Runs of black pixels. */
  val Black = new TiffFaxTable(13, runs(blackTerminating, blackMakeUp))

  /** The codes of a row that is coded against the row above. */
  val Modes = new TiffFaxTable(
    7,
    Seq(
      TiffFaxCode("0001", Pass),
      TiffFaxCode("001", Horizontal),
      TiffFaxCode("1", Vertical, 0),
      TiffFaxCode("011", Vertical, 1),
      TiffFaxCode("000011", Vertical, 2),
      TiffFaxCode("0000011", Vertical, 3),
      TiffFaxCode("010", Vertical, -1),
      TiffFaxCode("000010", Vertical, -2),
      TiffFaxCode("0000010", Vertical, -3),
      TiffFaxCode("0000001", Extension),
      TiffFaxCode("0000000", EndOfLine)
    )
  )
}
