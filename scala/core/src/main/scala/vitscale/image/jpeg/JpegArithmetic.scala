package vitscale.image.jpeg

import vitscale.ImageException

/** Scans in arithmetic coding, sequential and progressive (ITU-T T.81, F.2.4 and G.2). */
final private[jpeg] class JpegArithmetic(
    scan: JpegScan,
    tables: JpegTables,
    input: JpegInput,
    restartInterval: Int,
    isProgressive: Boolean
) extends JpegEntropy {
  import JpegArithmetic._

  private val coder = new JpegArithmeticCoder(input)
  private val even = Array(JpegArithmeticTable.EvenChances.toByte)
  private val dcStates = Array.fill(StatisticsSlots)(new Array[Byte](DcBins))
  private val acStates = Array.fill(StatisticsSlots)(new Array[Byte](AcBins))
  private val dc = new Array[Int](scan.planes.length)
  private val dcContext = new Array[Int](scan.planes.length)
  private var untilRestart = restartInterval

  /** A marker within the data is legal here: zeros follow it. */
  def isInsufficient: Boolean = false

  def isExhausted: Boolean = coder.isBroken && restartInterval == 0

  /** libjpeg cannot suspend here: Pillow refuses data that reach into a second portion. */
  def decode(mcu: JpegMcu): Unit =
    try {
      if (restartInterval != 0 && untilRestart == 0) restart()
      if (restartInterval != 0) untilRestart -= 1
      if (!coder.isBroken) blocks(mcu)
    } catch {
      case JpegSuspended =>
        throw new ImageException(
          "arithmetic coding beyond the first 64 KiB of the file, which Pillow cannot read either"
        )
    }

  private def isDcRefinement = isProgressive && scan.first == 0 && scan.high != 0

  private def restart(): Unit = {
    input.restart()
    dcStates.foreach(java.util.Arrays.fill(_, 0.toByte))
    acStates.foreach(java.util.Arrays.fill(_, 0.toByte))
    java.util.Arrays.fill(dc, 0)
    java.util.Arrays.fill(dcContext, 0)
    coder.start()
    untilRestart = restartInterval
  }

  private def blocks(mcu: JpegMcu): Unit = {
    var i = 0
    while (i < mcu.count && !coder.isBroken) {
      val data = mcu.data(i)
      val at = mcu.at(i)
      val component = mcu.component(i)
      if (!isProgressive) {
        difference(component)
        if (!coder.isBroken) {
          data(at) = dc(component).toShort
          band(data, at, scan.acTables(component), 1, 63, 0)
        }
      } else if (isDcRefinement) refineDc(data, at)
      else if (scan.first == 0) {
        difference(component)
        if (!coder.isBroken) data(at) = (dc(component) << scan.low).toShort
      } else if (scan.high == 0) band(data, at, scan.acTables(component), scan.first, scan.last, scan.low)
      else refineBand(data, at, scan.acTables(component))
      i += 1
    }
  }

  private def refineDc(data: Array[Short], at: Int): Unit =
    if (coder.decide(even, 0) != 0) data(at) = (data(at) | 1 << scan.low).toShort

  /** Decodes a DC difference (figures F.19 to F.24) and adds it. */
  private def difference(component: Int): Unit = {
    val slot = scan.dcTables(component)
    val states = dcStates(slot)
    val context = dcContext(component)
    if (coder.decide(states, context) == 0) dcContext(component) = 0
    else {
      val sign = coder.decide(states, context + 1)
      var bin = context + 2 + sign
      var size = coder.decide(states, bin)
      if (size != 0) {
        bin = LargeDc
        size = magnitude(states, bin, size)
        bin += sizeSteps
      }
      if (!coder.isBroken) {
        dcContext(component) =
          if (size < bound(tables.dcLower(slot))) 0
          else if (size > bound(tables.dcUpper(slot))) 12 + sign * 4
          else 4 + sign * 4
        dc(component) = (dc(component) + value(states, bin, size, sign)) & 0xffff
      }
    }
  }

  private def bound(category: Int): Int = (1 << category) >> 1

  /** Decodes a band of AC coefficients (figure F.20). */
  private def band(data: Array[Short], at: Int, slot: Int, first: Int, last: Int, low: Int): Unit = {
    val states = acStates(slot)
    var k = first
    var going = true
    while (going && k <= last)
      if (coder.decide(states, 3 * (k - 1)) != 0) going = false
      else {
        while (k <= last && coder.decide(states, 3 * (k - 1) + 1) == 0) k += 1
        if (k > last) coder.isBroken = true
        else coefficient(states, slot, k).foreach(v => data(at + JpegZigzag.natural(k)) = (v << low).toShort)
        going = !coder.isBroken
        k += 1
      }
  }

  private def coefficient(states: Array[Byte], slot: Int, k: Int): Option[Int] = {
    val sign = coder.decide(even, 0)
    var bin = 3 * (k - 1) + 2
    var size = coder.decide(states, bin)
    if (size != 0 && coder.decide(states, bin) != 0) {
      bin = if (k <= tables.acBand(slot)) LowAc else HighAc
      size = magnitude(states, bin, size << 1)
      bin += sizeSteps
    }
    if (coder.isBroken) None else Some(value(states, bin, size, sign))
  }

  private var sizeSteps = 0

  /** Doubles `size` for each decision of 1 (figure F.23); `sizeSteps` counts them. */
  private def magnitude(states: Array[Byte], bin: Int, start: Int): Int = {
    var size = start
    sizeSteps = 0
    while (!coder.isBroken && coder.decide(states, bin + sizeSteps) != 0) {
      size <<= 1
      if (size == 0x8000) coder.isBroken = true else sizeSteps += 1
    }
    size
  }

  /** The bits below the highest (figure F.24), with the sign. */
  private def value(states: Array[Byte], bin: Int, size: Int, sign: Int): Int = {
    var bit = size >> 1
    var bits = size
    while (bit != 0) {
      if (coder.decide(states, bin + ValueBins) != 0) bits |= bit
      bit >>= 1
    }
    if (sign != 0) -(bits + 1) else bits + 1
  }

  private def refineBand(data: Array[Short], at: Int, slot: Int): Unit = {
    val states = acStates(slot)
    var known = scan.last
    while (known > 0 && data(at + JpegZigzag.natural(known)) == 0) known -= 1
    var k = scan.first
    var going = true
    while (going && k <= scan.last)
      if (k > known && coder.decide(states, 3 * (k - 1)) != 0) going = false
      else {
        while (k <= scan.last && !refineOne(data, at + JpegZigzag.natural(k), states, 3 * (k - 1))) k += 1
        if (k > scan.last) coder.isBroken = true
        going = !coder.isBroken
        k += 1
      }
  }

  /** Corrects a coefficient or makes it the first bit of a new one; false where it stays zero. */
  private def refineOne(data: Array[Short], place: Int, states: Array[Byte], bin: Int): Boolean = {
    val (plus, minus) = (1 << scan.low, -1 << scan.low)
    val old = data(place)
    if (old != 0) {
      if (coder.decide(states, bin + 2) != 0) data(place) = (old + (if (old < 0) minus else plus)).toShort
      true
    } else if (coder.decide(states, bin + 1) != 0) {
      data(place) = (if (coder.decide(even, 0) != 0) minus else plus).toShort
      true
    } else false
  }
}

private[jpeg] object JpegArithmetic {
  private val StatisticsSlots = 16
  private val DcBins = 64
  private val AcBins = 256

  // Places of the statistics (tables F.4 and F.5).
  private val LargeDc = 20
  private val LowAc = 189
  private val HighAc = 217
  private val ValueBins = 14
}
