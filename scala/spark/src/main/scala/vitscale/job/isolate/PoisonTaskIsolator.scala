package vitscale.job.isolate

import org.apache.spark.SparkException

import vitscale.job.records.Outcome
import vitscale.job.task.{Attempts, TaskBatch, TaskResult}

/** Finds the images that end executors.
  *
  * When an executor dies, all its tasks die with it, and nothing tells which of their images did it. So tasks that were
  * lost twice wait here until nothing else runs, and are then tried one at a time: first as they are, which clears those
  * that only were neighbours; then in eighths; and at last image by image. One that ends its executor twice even then, alone in
  * the only task, goes to quarantine.
  *
  * @param attempts
  *   tells what the tasks died of
  */
final private[job] class PoisonTaskIsolator(attempts: TaskResult => FailedAttempts.Reasons) {

  import PoisonTaskIsolator._

  private var waiting = List.empty[Suspect]
  private var tried: Option[Suspect] = None
  private var (clearedTasks, clearedImages, convicted) = (0L, 0L, 0L)

  /** Whether other work must wait: a suspect is being tried, or so many tasks wait here that what is wrong may be wrong
    * with all of them.
    */
  def haveTheFloor: Boolean = tried.isDefined || waiting.size > AtOnce + clearedTasks

  /** The next work, to be done while nothing else is; none if there is no suspect. */
  def next(): Option[TaskBatch] = {
    tried = waiting.headOption
    waiting = waiting.drop(1)
    tried.map(one => one.work.part(one.partition, one.from, one.until))
  }

  /** The outcomes that are final; images without one wait here.
    *
    * @throws org.apache.spark.SparkException
    *   if it is no image's fault: tasks throw, or executors die whatever they do
    */
  def judge(work: TaskBatch, result: TaskResult): Seq[Outcome] = {
    val one = tried
    tried = None
    if (!result.isUntouched) {
      clearedTasks += 1
      clearedImages += result.outcomes.length
      result.outcomes
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
        s"executors end with nearly every image ($convicted images ended theirs, $clearedImages did not). It is the " +
          "executors' memory or the model rather than an image; their logs say more. Mend it, then go on with --retry-failed"
      )
    result.outcomes
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
