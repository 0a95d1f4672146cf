package vitscale.image.jpeg

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
