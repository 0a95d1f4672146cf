package vitscale.job

import scala.collection.mutable.ArrayBuffer
import scala.util.control.NonFatal

import org.apache.spark.SparkContext

import vitscale.OutputException

/** One pass over images that wait: keeps Spark busy, commits what comes, and knows when to stop. */
final private[job] class ClassifyRun(
    context: SparkContext,
    source: ImageSource,
    engine: Engine,
    output: OutputFolder,
    done: DoneImages,
    tally: Tally,
    progress: Progress,
    rules: ClassifyRun.Rules
) {

  import ClassifyRun._

  private val jobs = new SparkJobs(context, engine)
  private val sizes = new ChunkSizes(rules.smallestTask)
  private val clock = new CommitClock(rules.commitSeconds)
  private val waiting = ArrayBuffer.empty[Outcome]
  private val seconds = progress.watch()

  def run(): Ending =
    try {
      val status = loop()
      if (status != Ledger.Complete) jobs.cancel()
      commit()
      Ending(status, seconds(), None)
    } catch {
      case error: OutputException => failed(error.getMessage)
      case NonFatal(error) =>
        val reason = explain(error)
        try {
          commit()
          failed(reason)
        } catch { case again: OutputException => failed(s"$reason ${again.getMessage}") }
    }

  private def loop(): String = {
    submit()
    while (jobs.count > 0) {
      val results = jobs.poll()
      results.foreach(take)
      if (rules.stop.isRequested) return Ledger.Interrupted
      if (rules.budget.isExceeded(tally.inAll.quarantined, tally.files)) return Ledger.Stopped
      if (clock.isDue(waiting.size, seconds())) commit()
      progress.update(tally, seconds())
      submit()
    }
    Ledger.Complete
  }

  private def submit(): Unit =
    while (jobs.count < JobsAhead && source.waiting > 0) {
      val tasks = math.max(1, context.defaultParallelism) * TasksPerCore
      source.next(tasks, sizes).foreach(jobs.submit)
    }

  private def take(result: TaskResult): Unit = {
    sizes.observe(result.outcomes.length, result.seconds)
    tally.add(result.outcomes)
    waiting ++= result.outcomes
  }

  /** Writes the rows that wait, one table after the other: what was written is never written again, also if the second
    * table then fails.
    */
  private def commit(): Unit = if (waiting.nonEmpty) {
    val (predicted, quarantined) = waiting.toVector.partition(_.isInstanceOf[Predicted])
    Seq(quarantined -> predicted, predicted -> Vector.empty).foreach { case (rows, rest) =>
      output.commit(rows)
      done.add(rows)
      waiting.clear()
      waiting ++= rest
    }
    clock.committed(seconds())
  }

  /** Rows that still wait were not written, and so their images are not done. */
  private def failed(reason: String): Ending = {
    jobs.cancel()
    tally.withdraw(waiting)
    Ending(Ledger.Failed, seconds(), Some(reason))
  }

  /** Spark's message goes on for pages; its first lines say it. */
  private def explain(error: Throwable): String = {
    val lines = String.valueOf(error.getMessage).linesIterator.filter(_.trim.nonEmpty).take(2).mkString(" ")
    s"Spark gave the job up: $lines. Rows that were written stay; the same command goes on from there."
  }
}

private[job] object ClassifyRun {

  private val JobsAhead = 2
  private val TasksPerCore = 4

  /** @param status
    *   in the words of [[Ledger]]
    * @param seconds
    *   from the first task to the last commit
    * @param problem
    *   why it failed
    */
  final case class Ending(status: String, seconds: Double, problem: Option[String])

  final case class Rules(
      smallestTask: Int,
      commitSeconds: Option[Double],
      budget: ErrorBudget,
      stop: StopSignal
  )
}
