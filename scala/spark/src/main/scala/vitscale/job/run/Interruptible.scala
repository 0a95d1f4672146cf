package vitscale.job.run

import org.apache.spark.SparkContext

/** The steps around the images: listing, reading what is done, opening the model, and counting what was written at the end.
  * Each may have to wait, above all for executors on a busy cluster, and none looks at the stop signal itself.
  */
final private[job] class Interruptible(stop: StopSignal, context: SparkContext) {

  /** @throws StoppedException
    *   if a stop was requested before the step's end; its Spark jobs are cancelled then
    */
  def apply[A](step: => A): A = stop.during(() => cancel())(inGroup(step))

  /** A step after the last image, which an interrupted run takes as well, but waits for a few seconds alone. */
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
