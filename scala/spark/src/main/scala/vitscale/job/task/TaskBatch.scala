package vitscale.job.task

import org.apache.spark.TaskContext
import org.apache.spark.rdd.RDD

import vitscale.job.records.{ReadFailure, ReadImage, Stage}

/** Work for Spark, a task for each of its partitions. */
trait TaskBatch {

  /** The images, which a task must pass on untouched when its attempts are used up (`Attempts.areUsedUp`). */
  def images: RDD[ReadImage]

  /** Which of the partitions of `images` belong to this work. */
  def partitions: Seq[Int]

  /** Some images of one of its partitions, by their positions there, as a task of its own. */
  def part(partition: Int, from: Int, until: Int): TaskBatch
}

/** How often a task tries its images.
  *
  * Spark starts a task again that was lost with its executor, and gives up the whole job when that happened four times
  * (`spark.task.maxFailures`). A task must not come so far: its third attempt does not touch the images any more, but
  * says so for each of them ([[PoisonTaskIsolator]] goes on from there).
  */
private[job] object Attempts {

  val Most = 2

  def areUsedUp: Boolean = TaskContext.get().attemptNumber() >= Most

  def untouched(path: String, size: Option[Long]): ReadImage =
    ReadImage(path, size, Left(ReadFailure(Stage.Executor, Reason)))

  private val Reason =
    s"it ended its executor $Most times while nothing else ran: a crash in native code, or more " +
      "memory than an executor may take; the executor's log says which"
}
