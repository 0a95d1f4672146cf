package vitscale.job.task

import org.apache.spark.SparkContext

/** What the job's Spark jobs are for, in Spark's UI and in its event log (`spark.job.description`). `vitscale scaling` reads
  * them there, so a change here needs one in Python's `vitscale.scaling.event_log`.
  */
private[job] object JobDescription {

  val OpenModel = "vitscale: open the model"
  val Classify = "vitscale: classify images"
  val Commit = "vitscale: commit rows"

  /** Submit Spark jobs under a description, on this thread alone. */
  def within[A](context: SparkContext, description: String)(action: => A): A = {
    val before = context.getLocalProperty(Key)
    context.setJobDescription(description)
    try action
    finally context.setJobDescription(before)
  }

  private val Key = "spark.job.description"
}
