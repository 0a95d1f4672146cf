package vitscale.job

import scala.collection.mutable

/** Counts while a run goes on.
  *
  * @param files
  *   all files of the run
  * @param before
  *   of these, how many were done before
  */
final class Tally(val files: Long, before: Tally.Counts) {

  private var predicted = 0L
  private val byStage = mutable.Map.empty[String, Long].withDefaultValue(0L)

  def add(outcomes: Seq[Outcome]): Unit = outcomes.foreach(count(_, 1))

  /** Takes outcomes back whose rows could not be written. */
  def withdraw(outcomes: Seq[Outcome]): Unit = outcomes.foreach(count(_, -1))

  private def count(outcome: Outcome, by: Long): Unit = outcome match {
    case _: Predicted => predicted += by
    case failed: Quarantined => byStage(failed.stage) += by
  }

  /** What was done since this tally began. */
  def now: Tally.Counts = Tally.Counts(predicted, byStage.values.sum)

  def inAll: Tally.Counts = before + now

  def quarantinedByStage: Map[String, Long] = byStage.toMap

  def left: Long = files - inAll.sum
}

object Tally {

  final case class Counts(predicted: Long, quarantined: Long) {
    def sum: Long = predicted + quarantined
    def +(other: Counts): Counts = Counts(predicted + other.predicted, quarantined + other.quarantined)
  }

  val nothing: Counts = Counts(0, 0)
}
