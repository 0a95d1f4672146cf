package vitscale.serving

import java.util.concurrent.atomic.{DoubleAdder, LongAdder}

/** Counts values by size, as a histogram of Prometheus. Any number of threads may record.
  *
  * @param bounds
  *   largest value of each bucket but the last, ascending
  */
final private[serving] class Histogram(bounds: Array[Double]) {

  private val counts = Array.fill(bounds.length + 1)(new LongAdder)
  private val sum = new DoubleAdder

  def record(value: Double): Unit = {
    val place = bounds.indexWhere(value <= _)
    counts(if (place < 0) bounds.length else place).increment()
    sum.add(value)
  }

  def snapshot: HistogramValues = new HistogramValues(bounds.clone, counts.map(_.sum), sum.sum)
}

private[serving] object Histogram {

  /** Buckets of times, in seconds: those of Prometheus' client libraries, and smaller ones. */
  def ofSeconds(): Histogram =
    new Histogram(Array(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))

  /** Buckets of numbers of images. */
  def ofImages(): Histogram = new Histogram(Array(1, 2, 4, 8, 16, 32, 64, 128))
}

/** The values of a histogram at one moment.
  *
  * @param bounds
  *   largest value of each bucket but the last, ascending
  * @param counts
  *   number of values in each bucket; the last one has the values above all bounds
  * @param sum
  *   sum of all values
  */
final class HistogramValues private[serving] (
    val bounds: Array[Double],
    val counts: Array[Long],
    val sum: Double
) {

  /** Number of values. */
  def count: Long = counts.sum

  /** Mean of the values; 0 without values. */
  def mean: Double = if (count == 0) 0.0 else sum / count
}
