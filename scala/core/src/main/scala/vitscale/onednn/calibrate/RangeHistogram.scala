package vitscale.onednn.calibrate

import java.nio.FloatBuffer

/** How often values of each magnitude occur, in bins of one width; it widens as larger values come.
  *
  * @param offset
  *   what is taken off each value first, so that codes without a sign begin at it; 0 counts magnitudes
  */
final private[calibrate] class RangeHistogram(offset: Float) {
  import RangeHistogram._

  private val counts = new Array[Long](Bins)
  private var width = 1e-6

  /** Adds all values of a buffer, from its start. */
  def add(values: FloatBuffer): Unit = {
    var i = 0
    while (i < values.limit()) {
      add(values.get(i))
      i += 1
    }
  }

  def add(value: Float): Unit = {
    val magnitude = if (offset == 0f) math.abs(value).toDouble else math.max(0.0, value.toDouble - offset)
    if (!magnitude.isInfinite && !magnitude.isNaN) {
      while (magnitude >= Bins * width) widen()
      counts((magnitude / width).toInt) += 1
    }
  }

  private def widen(): Unit = {
    (0 until Bins / 2).foreach(bin => counts(bin) = counts(2 * bin) + counts(2 * bin + 1))
    java.util.Arrays.fill(counts, Bins / 2, Bins, 0L)
    width *= 2
  }

  /** The range with the smallest mean squared error of codes: a smaller range clips large values and rounds all others less.
    *
    * Source: "MSE" in Nagel et al. 2021, "A White Paper on Neural Network Quantization", section 3.1.
    *
    * @param steps
    *   number of steps from 0 to the range's end
    * @return
    *   the end of the range in the values' own scale
    */
  def best(steps: Int): Float = {
    val last = counts.lastIndexWhere(_ > 0)
    if (last < 0) 1f
    else {
      val ends = (math.max(0, last / SmallestShare) to last).map(bin => (bin + 1) * width)
      val step = math.max(1, ends.size / Candidates)
      val candidates = ends.reverse.grouped(step).map(_.head)
      (candidates.minBy(error(_, steps)) + offset).toFloat
    }
  }

  /** Sum over all values of the squared distance to the nearest code; within the range that is a twelfth of a step's square. */
  private def error(end: Double, steps: Int): Double = {
    val rounding = math.pow(end / steps, 2) / 12
    var sum = 0.0
    var bin = 0
    while (bin < Bins) {
      if (counts(bin) > 0) {
        val middle = (bin + 0.5) * width
        val clipped = math.max(0.0, middle - end)
        sum += counts(bin) * (if (clipped > 0) clipped * clipped else rounding)
      }
      bin += 1
    }
    sum
  }
}

private[calibrate] object RangeHistogram {
  private val Bins = 4096
  private val Candidates = 256

  /** No range smaller than this part of the largest value is tried. */
  private val SmallestShare = 8
}
