package vitscale.job

import org.apache.spark.SparkContext

/** The steps before the first image: listing, reading what is done, opening the model. Each may have to wait, above all for
  * executors on a busy cluster, and none looks at the stop signal itself.
  */
final private[job] class Preparation(stop: StopSignal, context: SparkContext) {

  /** @throws StoppedException
    *   if a stop was requested before the step's end; its Spark jobs are cancelled then
    */
  def apply[A](step: => A): A = stop.during(() => context.cancelJobGroup(Preparation.Group)) {
    context.setJobGroup(Preparation.Group, "preparation")
    step
  }
}

private object Preparation {
  private val Group = "vitscale-preparation"
}
