package vitscale.job.output

import scala.collection.mutable

import vitscale.job.records.{Outcome, Predicted, Quarantined}

/** Counts the images of a running job.
  *
  * @param files
  *   all files of the run
  * @param before
  *   number of these files that earlier runs have done
  */
final class Counters(val files: Long, before: Counters.Counts) {

  private var predicted = 0L
  private val byStage = mutable.Map.empty[String, Long].withDefaultValue(0L)

  def add(outcomes: Seq[Outcome]): Unit = outcomes.foreach(count(_, 1))

  /** Subtract outcomes whose rows could not be written. */
  def withdraw(outcomes: Seq[Outcome]): Unit = outcomes.foreach(count(_, -1))

  private def count(outcome: Outcome, by: Long): Unit = outcome match {
    case _: Predicted => predicted += by
    case failed: Quarantined => byStage(failed.stage) += by
  }

  /** Counts since the start of this run. */
  def now: Counters.Counts = Counters.Counts(predicted, byStage.values.sum)

  def inAll: Counters.Counts = before + now

  def quarantinedByStage: Map[String, Long] = byStage.toMap

  def left: Long = files - inAll.sum
}

object Counters {

  /** @param leftOut
    *   images that the user did not choose (`--limit`, `--sample`)
    */
  final case class Counts(predicted: Long, quarantined: Long, leftOut: Long = 0) {

    /** Images with a row. */
    def sum: Long = predicted + quarantined

    /** Images that a run passes over. */
    def passedOver: Long = sum + leftOut

    def +(other: Counts): Counts =
      Counts(predicted + other.predicted, quarantined + other.quarantined, leftOut + other.leftOut)
  }

  val nothing: Counts = Counts(0, 0)
}
