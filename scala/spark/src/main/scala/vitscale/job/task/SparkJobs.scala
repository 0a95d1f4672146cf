package vitscale.job.task

import java.util.concurrent.{LinkedBlockingQueue, TimeUnit}

import scala.collection.mutable
import scala.concurrent.ExecutionContext
import scala.util.{Failure, Success}

import org.apache.spark.{FutureAction, SparkContext, TaskContext}

import vitscale.job.records.{Outcome, Quarantined, Stage}

/** The result of one task.
  *
  * @param stage
  *   Spark's number of the task's stage; with the partition, it names the task
  */
final case class TaskResult(outcomes: Array[Outcome], seconds: Double, stage: Int, partition: Int) {

  /** Whether the task returned its images unprocessed, because its earlier attempts failed. */
  def isUntouched: Boolean = outcomes.exists {
    case Quarantined(_, _, stage, _, _) => stage == Stage.Executor
    case _ => false
  }
}

/** Spark jobs that overlap: while the last tasks of one job run, tasks of the next job take the free cores. */
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
    // Spark calls the handler once per task, for its first successful attempt, on a thread that must not block.
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

  /** Return the finished results with their batches. Waits a short time if there are none.
    *
    * @throws org.apache.spark.SparkException
    *   if a Spark job failed
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
