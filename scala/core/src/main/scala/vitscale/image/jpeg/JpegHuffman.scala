package vitscale.image.jpeg

import vitscale.ImageException

/** What the decoders of Huffman-coded scans share: restarts, and a state that a suspension does not change.
  *
  * @param restartInterval
  *   MCUs between two restart markers, 0 for none
  */
abstract private[jpeg] class JpegHuffman(scan: JpegScan, input: JpegInput, restartInterval: Int)
    extends JpegEntropy {

  protected val bits = new JpegBits(input)
  private var untilRestart = restartInterval

  /** DC value of each component's last block, and how many more blocks are empty. */
  private val savedDc = new Array[Int](scan.planes.length)
  private var savedRun = 0
  protected val dc = new Array[Int](scan.planes.length)
  protected var emptyRun = 0

  def isInsufficient: Boolean = bits.insufficient

  def isExhausted: Boolean = bits.insufficient && restartInterval == 0

  def decode(mcu: JpegMcu): Unit = {
    if (restartInterval != 0 && untilRestart == 0) restart()
    if (!bits.insufficient) {
      bits.mark()
      try
        bits.decoding(mcu.count, canBeFast && restartInterval == 0) {
          load()
          blocks(mcu)
        }
      catch {
        case JpegSuspended =>
          bits.rollback()
          undo()
          throw JpegSuspended
      }
      store()
    }
    if (restartInterval != 0) untilRestart -= 1
  }

  /** Whether libjpeg-turbo has a fast way for these scans. */
  protected def canBeFast: Boolean

  protected def blocks(mcu: JpegMcu): Unit

  /** Takes back what must not be there when the MCU is decoded again. */
  protected def undo(): Unit = ()

  private def restart(): Unit = {
    bits.restart()
    java.util.Arrays.fill(savedDc, 0)
    savedRun = 0
    untilRestart = restartInterval
  }

  private def load(): Unit = {
    System.arraycopy(savedDc, 0, dc, 0, dc.length)
    emptyRun = savedRun
  }

  private def store(): Unit = {
    System.arraycopy(dc, 0, savedDc, 0, dc.length)
    savedRun = emptyRun
  }
}

/** Chooses the decoder of a scan. */
private[jpeg] object JpegHuffman {

  /** The decoder of a scan: sequential (ITU-T T.81, F.2), or progressive for the DC coefficient, the first bits of the others, or
    * their further bits (G.2).
    *
    * @param restartInterval
    *   MCUs between two restart markers, 0 for none
    * @throws ImageException
    *   if the scan needs a table that is missing or impossible
    */
  def apply(
      scan: JpegScan,
      tables: JpegTables,
      input: JpegInput,
      restartInterval: Int,
      isProgressive: Boolean
  ): JpegHuffman =
    if (!isProgressive) {
      val dc = scan.dcTables.map(table(tables.dc, _, isDc = true))
      val ac = scan.acTables.map(table(tables.ac, _, isDc = false))
      new JpegSequential(scan, dc, ac, input, restartInterval)
    } else if (scan.first == 0) {
      val dc =
        if (scan.high == 0) scan.dcTables.map(table(tables.dc, _, isDc = true))
        else Array.empty[JpegHuffmanTable]
      new JpegProgressiveDc(scan, dc, input, restartInterval)
    } else {
      val ac = table(tables.ac, scan.acTables.head, isDc = false)
      if (scan.high == 0) new JpegProgressiveAc(scan, ac, input, restartInterval)
      else new JpegRefinedAc(scan, ac, input, restartInterval)
    }

  private def table(slots: Array[JpegHuffmanTable], slot: Int, isDc: Boolean): JpegHuffmanTable = {
    val found = if (slot < slots.length) slots(slot) else null
    if (found == null) throw new ImageException(s"damaged: its Huffman table $slot is missing")
    if (!found.isValid || isDc && !found.fitsDc)
      throw new ImageException(s"damaged: its Huffman table $slot is impossible")
    found
  }
}
