package vitscale.job.run

import org.apache.spark.SparkContext

/** Runs the steps around the classification: listing, reading the rows of earlier runs, opening the model, counting the
  * rows at the end. Each step may block, for example on a busy cluster without executors, and none checks the stop signal.
  */
final private[job] class Interruptible(stop: StopSignal, context: SparkContext) {

  /** Run a step until it ends or a stop is requested.
    *
    * @throws StoppedException
    *   if a stop was requested before the step ended; its Spark jobs are cancelled then
    */
  def apply[A](step: => A): A = stop.during(() => cancel())(inGroup(step))

  /** Run a step after the last image. An interrupted run takes it too, but waits only a few seconds for it. */
  def lastly[A](step: => A): Option[A] = stop.lastly(() => cancel())(inGroup(step))

  private def cancel(): Unit = context.cancelJobGroup(Interruptible.Group)

  private def inGroup[A](step: => A): A = {
    context.setJobGroup(Interruptible.Group, "steps around the images")
    step
  }
}

private object Interruptible {
  private val Group = "vitscale-interruptible"
}
