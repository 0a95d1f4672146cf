package vitscale.job.output

/** Decides when buffered rows are committed.
  *
  * Commits are frequent at first and rarer later. A killed run loses at most a twentieth of its time so far, or ten minutes,
  * and a run of a week writes about a thousand files.
  *
  * @param fixed
  *   constant number of seconds between two commits, instead of this rule
  * @param labels
  *   number of labels and features in a row; a part is built in memory, so wide rows are committed earlier
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
