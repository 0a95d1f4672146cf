package vitscale.bench

/** Percentiles of query latencies, in milliseconds. */
final case class Percentiles(p50: Double, p90: Double, p99: Double, min: Double, max: Double, count: Int)

object Percentiles {

  /** Interpolates linearly between neighbours, as NumPy's `percentile` does by default.
    *
    * @param values
    *   at least one
    */
  def of(values: Seq[Double]): Percentiles = {
    require(values.nonEmpty, "no values")
    val sorted = values.sorted.toIndexedSeq
    def at(percent: Double): Double = {
      val place = percent / 100 * (sorted.size - 1)
      val below = sorted(place.floor.toInt)
      below + (sorted(place.ceil.toInt) - below) * (place - place.floor)
    }
    Percentiles(at(50), at(90), at(99), sorted.head, sorted.last, sorted.size)
  }
}
