package vitscale.job.run

import java.time.Instant
import java.time.temporal.ChronoUnit
import java.util.Locale

import scala.collection.mutable
import scala.util.control.NonFatal

import org.apache.spark.SparkContext

import vitscale.classify.InferenceOptions
import vitscale.device.{Device, DeviceUse}
import vitscale.job.input.{ImageSource, Input, ListingRules}
import vitscale.job.output.{Audits, Chosen, CommitBuffer, Counters, JobOutput, Ledger, ModelUsed, ThisRun}
import vitscale.job.records.{Ignored, TableVersion}
import vitscale.job.task.Engine
import vitscale.{OutputException, UsageException}

/** Lists the input once or repeatedly, and classifies new images. */
final private[job] class WatchLoop(
    context: SparkContext,
    options: JobOptions,
    output: JobOutput,
    rows: CommitBuffer,
    inputs: Inputs,
    engine: Engine,
    model: ModelUsed,
    stop: StopSignal,
    progress: Progress
) {

  import WatchLoop.Round

  private val startedAt = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString
  private val interruptible = new Interruptible(stop, context)
  private lazy val warm: Seq[DeviceUse] = {
    val uses = interruptible(engine.warmUp())
    uses.foreach(use =>
      progress.say(s"GPU ${use.ids.mkString(", ")}: nodes run by ${use.providers.mkString(", ")}")
    )
    uses
  }
  private var gpus = Seq.empty[DeviceUse]
  private var predicted = 0L
  private val quarantinedByStage = mutable.Map.empty[String, Long].withDefaultValue(0L)
  private var listingSeconds = 0.0
  private var seconds = 0.0

  /** @throws vitscale.UsageException
    *   if there is no image
    * @throws StoppedException
    *   if it is interrupted before the first
    */
  def once(): Ledger = {
    val ledger = finish(round(mayHoldRows = false))
    if (ledger.files == 0)
      throw new UsageException(ListingRules.noImage(ledger.images, ledger.ignored))
    ledger
  }

  /** Classify new files as they arrive. Rows of several listings are committed together. The output is counted at the end,
    * and before that so rarely that counting takes at most a twentieth of the time: a larger output takes longer to count.
    */
  def untilStopped(): Ledger = {
    var last = round(mayHoldRows = false)
    var (ledger, isChecked) = (finish(last), true)
    val audits = new Audits(progress.watch())
    while (last.ending.status == Ledger.Complete && !stop.isRequested) {
      stop.await(options.pollSeconds)
      try
        if (!stop.isRequested) {
          last = round(mayHoldRows = true)
          isChecked &&= !last.isNews
          if (!isChecked && rows.areWritten && audits.isDue) {
            ledger = audits.timed(finish(last))
            isChecked = true
          }
        }
      catch { case _: StoppedException => () } // the results of the last round are kept
    }
    if (!rows.areWritten) last = settled(last)
    if (!isChecked) ledger = finish(last)
    if (ledger.status == Ledger.Complete) written(ledger.copy(status = Ledger.Interrupted)) else ledger
  }

  private def round(mayHoldRows: Boolean): Round = {
    val listing = progress.watch()
    val input = interruptible(inputs.look())
    val listed = listing()
    listingSeconds += listed
    try {
      val tally = new Counters(input.files, input.before)
      if (input.source.waiting > 0) {
        progress.say(WatchLoop.found(input, listed))
        gpus = warm
      }
      val ending = run(input.source, tally, mayHoldRows)
      Round(input.files, input.ignored, input.before.leftOut, input.tables, tally, ending)
    } finally input.source.close()
  }

  /** Commit the rows that the last round kept in the buffer, because no other round follows. */
  private def settled(last: Round): Round = {
    val tally = new Counters(last.files, last.tally.inAll)
    val ending = run(ImageSource.none, tally, mayHoldRows = false)
    if (ending.status == Ledger.Complete) last else last.copy(tally = tally, ending = ending)
  }

  private def run(source: ImageSource, tally: Counters, mayHoldRows: Boolean): ClassifyPass.Ending = {
    val batch = options.device match {
      case Device.Cpu => options.batchSize.getOrElse(1)
      case gpu => options.batchSize.getOrElse(InferenceOptions.batchSize(gpu))
    }
    val smallest = batch * WatchLoop.BatchesPerTask
    val rules = ClassifyPass.Rules(smallest, mayHoldRows, options.maxFailed, stop)
    val ending = new ClassifyPass(context, source, engine, rows, tally, progress, rules).run()
    predicted += tally.now.predicted
    tally.quarantinedByStage.foreach { case (stage, count) => quarantinedByStage(stage) += count }
    seconds += ending.seconds
    ending
  }

  /** Check the counts and write the ledger, unless there was no file. */
  private def finish(round: Round): Ledger =
    try
      written(balance(round))
    catch {
      // Report the first error, not the error that follows from it.
      case NonFatal(error) if round.ending.problem.isDefined =>
        throw new OutputException(round.ending.problem.get, error)
    }

  private def written(ledger: Ledger): Ledger = {
    if (ledger.files > 0) output.writeLedger(ledger.toJson)
    ledger
  }

  private def balance(round: Round): Ledger = {
    val (tally, ending) = (round.tally, round.ending)
    val counted = interruptible.lastly(output.countRows())
    val isEveryFileTold = tally.left >= 0 && (ending.status != Ledger.Complete || tally.left == 0)
    Ledger(
      status = ending.status,
      files = round.files,
      predicted = tally.inAll.predicted,
      quarantined = tally.inAll.quarantined,
      notDone = tally.left,
      quarantinedByStage = quarantinedByStage.filter(_._2 > 0).toMap,
      thisRun = thisRun,
      ignored = round.ignored,
      chosen = Chosen(options.limit, options.sample.map(_.text), round.leftOut),
      output = counted,
      isBalanced = counted.forall(_ == rows.inOutput) && isEveryFileTold,
      model = model,
      gpus = gpus,
      images = options.images ++ options.imagesFrom ++ options.tables,
      tables = round.tables,
      outputPath = options.outputTable.getOrElse(options.output),
      startedAt = startedAt,
      problem = ending.problem
    )
  }

  private def thisRun = {
    val quarantined = quarantinedByStage.values.sum
    val rate = if (seconds > 0) (predicted + quarantined) / seconds else 0.0
    ThisRun(predicted, quarantined, listingSeconds, seconds, rate)
  }
}

private object WatchLoop {

  /** Batches of the smallest task. The last batch may be smaller, so several batches keep its cost low. */
  private val BatchesPerTask = 4

  /** One listing of the input, and the results of its images. */
  final private case class Round(
      files: Long,
      ignored: Ignored,
      leftOut: Long,
      tables: Seq[TableVersion],
      tally: Counters,
      ending: ClassifyPass.Ending
  ) {

    /** Whether it changes the last ledger. */
    def isNews: Boolean = tally.now.sum > 0 || ending.status != Ledger.Complete
  }

  private def found(input: Input, seconds: Double): String =
    "%d images to do, %d done before, listed in %.3f s"
      .formatLocal(Locale.ROOT, input.source.waiting, input.before.sum, seconds)
}
