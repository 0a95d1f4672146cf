package vitscale.job.run

import scala.util.control.NonFatal

import org.apache.spark.SparkContext

import vitscale.OutputException
import vitscale.job.input.ImageSource
import vitscale.job.isolate.{FailedAttempts, PoisonTaskIsolator}
import vitscale.job.output.{CommitBuffer, Counters, Ledger}
import vitscale.job.task.{ChunkSizes, Engine, SparkJobs, TaskBatch, TaskResult}

/** One pass over the images of a source: submits Spark jobs, commits their rows, and stops on request or error budget. */
final private[job] class ClassifyPass(
    context: SparkContext,
    source: ImageSource,
    engine: Engine,
    rows: CommitBuffer,
    tally: Counters,
    progress: Progress,
    rules: ClassifyPass.Rules
) {

  import ClassifyPass._

  private val jobs = new SparkJobs(context, engine)
  private val failedAttempts = new FailedAttempts
  private val suspects = new PoisonTaskIsolator(failedAttempts.of)
  private val sizes = new ChunkSizes(rules.smallestTask)
  private val seconds = progress.watch()
  private lazy val noticed: Unit =
    progress.say("executors ended; their images are suspended, and retried in isolation at the end")

  def run(): Ending = {
    context.addSparkListener(failedAttempts)
    try {
      val status = loop()
      if (status != Ledger.Complete) jobs.cancel()
      if (status == Ledger.Complete && rules.mayHoldRows) rows.commitIfDue() else rows.commit()
      Ending(status, seconds(), None)
    } catch {
      case error: OutputException => failed(error.getMessage)
      case NonFatal(error) =>
        val reason = explain(error)
        try {
          rows.commit()
          failed(reason)
        } catch { case again: OutputException => failed(s"$reason ${again.getMessage}") }
    } finally context.removeSparkListener(failedAttempts)
  }

  private def loop(): String = {
    submit()
    while (jobs.count > 0) {
      val results = jobs.poll()
      results.foreach { case (work, result) => take(work, result) }
      if (rules.stop.isRequested) return Ledger.Interrupted
      if (rules.budget.isExceeded(tally.inAll.quarantined, tally.files)) return Ledger.Stopped
      rows.commitIfDue()
      progress.update(tally, seconds())
      submit()
    }
    Ledger.Complete
  }

  /** Submit work for all cores. If nothing else waits or runs, submit one suspect alone. */
  private def submit(): Unit = {
    while (jobs.count < JobsAhead && source.waiting > 0 && !suspects.haveTheFloor) {
      val tasks = math.max(1, context.defaultParallelism) * TasksPerCore
      source.next(tasks, sizes).foreach(jobs.submit)
    }
    if (jobs.count == 0) suspects.next().foreach(jobs.submit)
  }

  private def take(work: TaskBatch, result: TaskResult): Unit = {
    val outcomes = suspects.judge(work, result)
    if (result.isUntouched) noticed else sizes.observe(outcomes.length, result.seconds)
    tally.add(outcomes)
    rows.add(outcomes)
  }

  /** End the pass as failed. Buffered rows were not committed, so their images are not done. */
  private def failed(reason: String): Ending = {
    jobs.cancel()
    tally.withdraw(rows.giveUp())
    Ending(Ledger.Failed, seconds(), Some(reason))
  }

  /** Return the first lines of Spark's message; the rest is stack traces. */
  private def explain(error: Throwable): String = {
    val lines = String.valueOf(error.getMessage).linesIterator.filter(_.trim.nonEmpty).take(2).mkString(" ")
    s"The Spark job failed: $lines. Committed rows are kept; repeat the command to resume."
  }
}

private[job] object ClassifyPass {

  private val JobsAhead = 2
  private val TasksPerCore = 4

  /** @param status
    *   in the words of [[Ledger]]
    * @param seconds
    *   from the first task to the last commit
    * @param problem
    *   the error message if it failed
    */
  final case class Ending(status: String, seconds: Double, problem: Option[String])

  /** @param mayHoldRows
    *   whether rows may stay in the buffer at the end of the pass, because another pass follows
    */
  final case class Rules(
      smallestTask: Int,
      mayHoldRows: Boolean,
      budget: ErrorBudget,
      stop: StopSignal
  )
}
