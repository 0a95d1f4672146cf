package vitscale.job.task

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import scala.collection.mutable
import scala.concurrent.ExecutionContext
import scala.util.{Failure, Success}

import org.apache.spark.{FutureAction, SparkContext, TaskContext}

import vitscale.job.records.{Outcome, Quarantined, Stage}

/** What one task did.
  *
  * @param stage
  *   Spark's number of the task's stage; with the partition, it names the task
  */
final case class TaskResult(outcomes: Array[Outcome], seconds: Double, stage: Int, partition: Int) {

  /** Whether it did not touch its images, because earlier attempts came to nothing. */
  def isUntouched: Boolean = outcomes.exists {
    case Quarantined(_, _, stage, _, _) => stage == Stage.Executor
    case _ => false
  }
}

/** Spark jobs that run one behind the other without a gap: while the last tasks of one are at work, those of the next take
  * the cores that fall free.
  */
final private[job] class SparkJobs(context: SparkContext, engine: Engine) {

  import SparkJobs._

  private val events = new LinkedBlockingQueue[Event]()
  private val running = mutable.Set.empty[FutureAction[Unit]]

  def count: Int = running.size

  def submit(work: TaskBatch): Unit = {
    val results = engine.classify(work.images).mapPartitions { outcomes =>
      val start = System.nanoTime()
      val all = outcomes.toArray
      val task = TaskContext.get()
      Iterator.single(
        TaskResult(all, (System.nanoTime() - start) / 1e9, task.stageId(), task.partitionId())
      )
    }
    // Spark calls the handler once for each task, whose other attempts it ignores, on a thread that must not wait.
    val job = JobDescription.within(context, JobDescription.Classify) {
      context.submitJob[TaskResult, TaskResult, Unit](
        results,
        _.next(),
        work.partitions,
        (_, result) => events.put(Done(work, result)),
        ()
      )
    }
    running += job
    job.onComplete {
      case Success(_) => events.put(Ended(job, None))
      case Failure(error) => events.put(Ended(job, Some(error)))
    }(ExecutionContext.global)
  }

  /** The results that came, each with the work that it is of, after a short wait if there are none.
    *
    * @throws org.apache.spark.SparkException
    *   if Spark gave a task up
    */
  def poll(): Seq[(TaskBatch, TaskResult)] = {
    val first = Option(events.poll(PollMillis, TimeUnit.MILLISECONDS))
    val rest = Iterator.continually(events.poll()).takeWhile(_ != null)
    (first.iterator ++ rest).flatMap {
      case Done(work, result) => Some(work -> result)
      case Ended(job, error) =>
        running -= job
        error.foreach(throw _)
        None
    }.toVector
  }

  def cancel(): Unit = running.foreach(_.cancel())
}

private object SparkJobs {

  private sealed trait Event
  private final case class Done(work: TaskBatch, result: TaskResult) extends Event
  private final case class Ended(job: FutureAction[Unit], error: Option[Throwable]) extends Event

  private val PollMillis = 200L
}
