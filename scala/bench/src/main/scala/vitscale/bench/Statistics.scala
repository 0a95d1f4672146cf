package vitscale.bench

/** The figures of several measurement iterations.
  *
  * @param mad
  *   median absolute deviation from the median, unscaled
  */
final case class Statistics(median: Double, mad: Double, min: Double, max: Double, count: Int)

object Statistics {

  /** @param values
    *   at least one
    */
  def of(values: Seq[Double]): Statistics = {
    require(values.nonEmpty, "no values")
    val middle = median(values)
    Statistics(
      middle,
      median(values.map(value => math.abs(value - middle))),
      values.min,
      values.max,
      values.size
    )
  }

  private def median(values: Seq[Double]): Double = {
    val sorted = values.sorted
    val half = sorted.size / 2
    if (sorted.size % 2 == 1) sorted(half) else (sorted(half - 1) + sorted(half)) / 2
  }
}
