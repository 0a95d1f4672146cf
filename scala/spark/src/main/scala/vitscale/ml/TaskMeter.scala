package vitscale.ml

import java.util.concurrent.TimeUnit.NANOSECONDS

import scala.collection.mutable

import org.apache.spark.vitscale.ClassifierSource

import vitscale.classify.Prediction.Answer
import vitscale.classify.StageClock

/** Reports the work of one task to Spark: to the executor's metrics and to the accumulators. For the task's thread only.
  *
  * @param accumulators
  *   none where a task is created without the driver
  */
final private[ml] class TaskMeter(accumulators: Option[ImageAccumulators]) {

  /** The classifier's threads add their time here. */
  val clock = new StageClock

  private val source = ClassifierSource.here
  private val spent = mutable.Map.empty[String, Long].withDefaultValue(0L)

  /** Count an image, and report the time since the last one. */
  def count(answer: Answer): Unit = {
    if (answer.isRight) source.images.mark() else source.failed.mark()
    accumulators.foreach(to => (if (answer.isRight) to.images else to.failed).add(1L))
    for ((stage, nanos) <- clock.take() if nanos > 0) {
      source.add(stage, nanos)
      accumulators.foreach(_.milliseconds(stage).add(wholeMillis(stage, nanos)))
    }
  }

  /** Return the milliseconds that are complete now; the remainder stays for the next call. */
  private def wholeMillis(stage: String, nanos: Long): Long = {
    val before = spent(stage)
    spent(stage) = before + nanos
    NANOSECONDS.toMillis(spent(stage)) - NANOSECONDS.toMillis(before)
  }
}
