package vitscale.job.task

import org.apache.spark.TaskContext
import org.apache.spark.rdd.RDD

import vitscale.job.records.{ReadFailure, ReadImage, Stage}

/** Work for Spark, a task for each of its partitions. */
trait TaskBatch {

  /** The images. A task whose attempts are used up (`Attempts.areUsedUp`) must return them unprocessed. */
  def images: RDD[ReadImage]

  /** The partitions of `images` that belong to this batch. */
  def partitions: Seq[Int]

  /** Some images of one of its partitions, by their positions there, as a task of its own. */
  def part(partition: Int, from: Int, until: Int): TaskBatch
}

/** The number of attempts of a task.
  *
  * Spark restarts a task that was lost with its executor, and fails the whole job after four losses
  * (`spark.task.maxFailures`). To prevent that, the third attempt returns its images unprocessed;
  * [[PoisonTaskIsolator]] then retries them in isolation.
  */
private[job] object Attempts {

  val Most = 2

  def areUsedUp: Boolean = TaskContext.get().attemptNumber() >= Most

  def untouched(path: String, size: Option[Long]): ReadImage =
    ReadImage(path, size, Left(ReadFailure(Stage.Executor, Reason)))

  private val Reason =
    s"it ended its executor $Most times while nothing else ran: native code crashed, or the executor exceeded its " +
      "memory limit; see the executor's log"
}
