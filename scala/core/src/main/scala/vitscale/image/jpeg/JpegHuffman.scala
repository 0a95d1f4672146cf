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

private[jpeg] object JpegHuffman {

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

/** Whole blocks, one after the other (ITU-T T.81, F.2.2). */
final private class JpegSequential(
    scan: JpegScan,
    dcTables: Array[JpegHuffmanTable],
    acTables: Array[JpegHuffmanTable],
    input: JpegInput,
    restartInterval: Int
) extends JpegHuffman(scan, input, restartInterval) {

  protected def canBeFast: Boolean = true

  protected def blocks(mcu: JpegMcu): Unit = {
    var i = 0
    while (i < mcu.count) {
      val component = mcu.component(i)
      val size = bits.symbol(dcTables(component))
      if (size > 0) dc(component) += bits.receiveSigned(size)
      mcu.data(i)(mcu.at(i)) = dc(component).toShort
      acCoefficients(acTables(component), mcu.data(i), mcu.at(i))
      i += 1
    }
  }

  private def acCoefficients(table: JpegHuffmanTable, data: Array[Short], at: Int): Unit = {
    var k = 1
    while (k < 64) {
      val symbol = bits.symbol(table)
      val size = symbol & 15
      if (size > 0) {
        k += symbol >> 4
        data(at + JpegZigzag.natural(k)) = bits.receiveSigned(size).toShort
        k += 1
      } else k = if (symbol == 0xf0) k + 16 else 64
    }
  }
}

/** The DC coefficients of a progressive image: their upper bits, or one more bit of each (G.1.2.1). */
final private class JpegProgressiveDc(
    scan: JpegScan,
    tables: Array[JpegHuffmanTable],
    input: JpegInput,
    restartInterval: Int
) extends JpegHuffman(scan, input, restartInterval) {

  protected def canBeFast: Boolean = false

  protected def blocks(mcu: JpegMcu): Unit = {
    var i = 0
    while (i < mcu.count) {
      if (scan.high == 0) first(mcu, i) else refine(mcu, i)
      i += 1
    }
  }

  private def first(mcu: JpegMcu, i: Int): Unit = {
    val component = mcu.component(i)
    val size = bits.symbol(tables(component))
    if (size > 0) {
      val sum = dc(component).toLong + bits.receiveSigned(size)
      if (sum != sum.toInt) throw new ImageException("damaged: a DC coefficient is out of range")
      dc(component) = sum.toInt
    }
    mcu.data(i)(mcu.at(i)) = (dc(component) << scan.low).toShort
  }

  private def refine(mcu: JpegMcu, i: Int): Unit =
    if (bits.receive(1) != 0)
      mcu.data(i)(mcu.at(i)) = (mcu.data(i)(mcu.at(i)) | 1 << scan.low).toShort
}

/** A band of AC coefficients of a progressive image, its upper bits (G.1.2.2). */
final private class JpegProgressiveAc(
    scan: JpegScan,
    table: JpegHuffmanTable,
    input: JpegInput,
    restartInterval: Int
) extends JpegHuffman(scan, input, restartInterval) {

  protected def canBeFast: Boolean = false

  protected def blocks(mcu: JpegMcu): Unit =
    if (emptyRun > 0) emptyRun -= 1 else band(mcu.data(0), mcu.at(0))

  private def band(data: Array[Short], at: Int): Unit = {
    var k = scan.first
    while (k <= scan.last) {
      val symbol = bits.symbol(table)
      val run = symbol >> 4
      val size = symbol & 15
      if (size > 0) {
        k += run
        data(at + JpegZigzag.natural(k)) = (bits.receiveSigned(size) << scan.low).toShort
        k += 1
      } else if (run == 15) k += 16
      else {
        emptyRun = (1 << run) - 1 + (if (run > 0) bits.receive(run) else 0)
        k = scan.last + 1
      }
    }
  }
}

/** One more bit of a band of AC coefficients of a progressive image (G.1.2.3). */
final private class JpegRefinedAc(
    scan: JpegScan,
    table: JpegHuffmanTable,
    input: JpegInput,
    restartInterval: Int
) extends JpegHuffman(scan, input, restartInterval) {

  private val plus = 1 << scan.low
  private val minus = -1 << scan.low
  private val added = new Array[Int](64)
  private var addedCount = 0
  private var current = Array.empty[Short]

  protected def canBeFast: Boolean = false

  protected def blocks(mcu: JpegMcu): Unit = {
    addedCount = 0
    val data = mcu.data(0)
    current = data
    val at = mcu.at(0)
    val k = if (emptyRun == 0) band(data, at) else scan.first
    if (emptyRun > 0) {
      correct(data, at, k, zeros = Int.MaxValue)
      emptyRun -= 1
    }
  }

  /** New coefficients with the corrections between them; returns where a run of empty blocks begins. */
  private def band(data: Array[Short], at: Int): Int = {
    var k = scan.first
    var ended = false
    while (!ended && k <= scan.last) {
      val symbol = bits.symbol(table)
      val run = symbol >> 4
      if ((symbol & 15) == 0 && run != 15) {
        emptyRun = (1 << run) + (if (run > 0) bits.receive(run) else 0)
        ended = true
      } else {
        val value = if ((symbol & 15) == 0) 0 else if (bits.receive(1) != 0) plus else minus
        k = correct(data, at, k, run)
        if (value != 0) add(data, at + JpegZigzag.natural(k), value)
        k += 1
      }
    }
    k
  }

  private def add(data: Array[Short], place: Int, value: Int): Unit = {
    data(place) = value.toShort
    added(addedCount) = place
    addedCount += 1
  }

  /** Reads a correction for each coefficient that is not zero, up to the zero that follows `zeros` others. */
  private def correct(data: Array[Short], at: Int, from: Int, zeros: Int): Int = {
    var k = from
    var left = zeros
    while (k <= scan.last && left >= 0) {
      val place = at + JpegZigzag.natural(k)
      val value = data(place)
      if (value != 0) {
        if (bits.receive(1) != 0 && (value & plus) == 0)
          data(place) = (value + (if (value >= 0) plus else minus)).toShort
      } else left -= 1
      if (left >= 0) k += 1
    }
    k
  }

  override protected def undo(): Unit =
    while (addedCount > 0) {
      addedCount -= 1
      current(added(addedCount)) = 0
    }
}
