package vitscale.job.output

/** When rows that wait are written.
  *
  * Often at first and seldom later: a kill never costs more than a twentieth of what the run took so far, or ten minutes,
  * and a week's run has about a thousand files.
  *
  * @param fixed
  *   seconds between two commits, in the place of all that
  * @param labels
  *   labels of one row: a part is built in memory, so wide rows are written earlier
  */
final class CommitClock(fixed: Option[Double], labels: Int = 1) {

  import CommitClock._

  private val maxRows = math.max(1, math.min(MaxRows, MaxLabels / labels))
  private var last = 0.0

  /** @param now
    *   seconds since the run started
    */
  def isDue(waiting: Int, now: Double): Boolean =
    waiting > 0 && (waiting >= maxRows || now - last >= interval(now))

  def committed(now: Double): Unit = last = now

  private def interval(now: Double): Double =
    fixed.getOrElse(math.min(Longest, math.max(Shortest, now / Share)))
}

private object CommitClock {
  private val MaxRows = 100000
  private val MaxLabels = 2000000 // some 100 MB as CSV
  private val Shortest = 10.0
  private val Longest = 600.0
  private val Share = 20
}
