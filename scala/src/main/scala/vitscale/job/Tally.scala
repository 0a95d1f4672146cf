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

  def add(outcomes: Seq[Outcome]): Unit = outcomes.foreach {
    case _: Predicted => predicted += 1
    case failed: Quarantined => byStage(failed.stage) += 1
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
