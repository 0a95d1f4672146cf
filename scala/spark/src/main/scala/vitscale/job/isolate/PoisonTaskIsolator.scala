package vitscale.job.isolate

import org.apache.spark.SparkException

import vitscale.job.records.Outcome
import vitscale.job.task.{Attempts, TaskBatch, TaskResult}

/** Finds the images that end executors.
  *
  * When an executor dies, all its tasks die with it, and Spark does not report which image caused it. Tasks that were lost
  * twice are therefore suspended until nothing else runs. Then they are retried one at a time: first whole, which clears
  * tasks that only shared the executor; then in eighths; at last image by image. An image that ends its executor twice,
  * alone in the only task, is quarantined.
  *
  * @param attempts
  *   returns why the attempts of a task failed
  */
final private[job] class PoisonTaskIsolator(attempts: TaskResult => FailedAttempts.Reasons) {

  import PoisonTaskIsolator._

  private var waiting = List.empty[Suspect]
  private var tried: Option[Suspect] = None
  private var (clearedTasks, clearedImages, convicted) = (0L, 0L, 0L)

  /** Whether other work must wait: a suspect runs, or so many tasks are suspended that the fault is probably not in one
    * image.
    */
  def haveTheFloor: Boolean = tried.isDefined || waiting.size > AtOnce + clearedTasks

  /** Return the next suspect, which must run alone; none if there is no suspect. */
  def next(): Option[TaskBatch] = {
    tried = waiting.headOption
    waiting = waiting.drop(1)
    tried.map(one => one.work.part(one.partition, one.from, one.until))
  }

  /** Return the final outcomes of a task. Images without one are suspended.
    *
    * @throws org.apache.spark.SparkException
    *   if the fault is in no image: a task throws an exception, or executors die with nearly every image
    */
  def judge(work: TaskBatch, result: TaskResult): Seq[Outcome] = {
    val one = tried
    tried = None
    if (!result.isUntouched) {
      clearedTasks += 1
      clearedImages += result.outcomes.length
      result.outcomes.toSeq
    } else {
      val reasons = attempts(result)
      if (reasons.executors == 0) reasons.thrown.foreach(thrown => throw new SparkException(thrown))
      one match {
        case None => wait(Suspect(work, result.partition, 0, result.outcomes.length))
        case Some(again) if reasons.executors < Attempts.Most => wait(again)
        case Some(image) if image.size == 1 => convict(result)
        case Some(group) => wait(group.eighths: _*)
      }
    }
  }

  private def wait(suspects: Suspect*): Seq[Outcome] = {
    waiting = suspects.toList ++ waiting
    Seq.empty
  }

  private def convict(result: TaskResult): Seq[Outcome] = {
    convicted += 1
    if (convicted >= Unlucky + clearedImages)
      throw new SparkException(
        s"executors end with nearly every image ($convicted images ended theirs, $clearedImages did not). The cause is " +
          "probably the executors' memory or the model, not one image. See the executors' logs, fix the cause, then " +
          "repeat the command with --retry-failed"
      )
    result.outcomes.toSeq
  }
}

private[job] object PoisonTaskIsolator {

  private val Parts = 8
  private val AtOnce = 16
  private val Unlucky = 3

  /** Images of a partition, by their positions. */
  final case class Suspect(work: TaskBatch, partition: Int, from: Int, until: Int) {

    def size: Int = until - from

    def eighths: Seq[Suspect] = {
      val step = (size + Parts - 1) / Parts
      (from until until by step).map(start => copy(from = start, until = math.min(until, start + step)))
    }
  }
}
