package vitscale.job.isolate

import java.util.concurrent.ConcurrentHashMap

import org.apache.spark.scheduler.{SparkListener, SparkListenerTaskEnd}
import org.apache.spark.{ExceptionFailure, ExecutorLostFailure}

import vitscale.job.task.TaskResult

/** Records why attempts of tasks failed, as Spark reports it to listeners. */
final private[job] class FailedAttempts extends SparkListener {

  import FailedAttempts._

  private val byTask = new ConcurrentHashMap[(Int, Int), Reasons]()

  override def onTaskEnd(end: SparkListenerTaskEnd): Unit = {
    val task = (end.stageId, end.taskInfo.partitionId)
    end.reason match {
      // An executor that was removed, for example with a preempted machine, is not the fault of its tasks.
      case ExecutorLostFailure(_, true, _) => add(task, Reasons(1, None))
      case thrown: ExceptionFailure =>
        add(task, Reasons(0, Some(s"${thrown.className}: ${thrown.description}")))
      case _ => ()
    }
  }

  private def add(task: (Int, Int), reason: Reasons): Unit = {
    byTask.merge(
      task,
      reason,
      (one, other) => Reasons(one.executors + other.executors, other.thrown.orElse(one.thrown))
    )
    ()
  }

  def of(result: TaskResult): Reasons =
    byTask.getOrDefault((result.stage, result.partition), Reasons(0, None))
}

private[job] object FailedAttempts {

  /** @param executors
    *   number of executors that ended while they ran the task
    * @param thrown
    *   the last exception of the task
    */
  final case class Reasons(executors: Int, thrown: Option[String])
}
