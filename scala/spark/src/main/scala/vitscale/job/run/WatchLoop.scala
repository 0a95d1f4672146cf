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
import vitscale.job.output.{Audits, CommitBuffer, Counters, Ledger, ModelUsed, OutputFolder, ThisRun}
import vitscale.job.records.Ignored
import vitscale.job.task.Engine
import vitscale.{OutputException, UsageException}

/** Looks at the input once, or again and again, and does what is new. */
final private[job] class WatchLoop(
    context: SparkContext,
    options: JobOptions,
    output: OutputFolder,
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
      throw new UsageException(ListingRules.noImage(options.images ++ options.imagesFrom, ledger.ignored))
    ledger
  }

  /** Goes on as files arrive. Rows of several looks are written together. The books are checked as often as takes a
    * twentieth of the time, and at the end: counting the output again takes the longer the more it holds.
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
      catch { case _: StoppedException => () } // what the last round did stands
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
      Round(input.files, input.ignored, tally, run(input.source, tally, mayHoldRows))
    } finally input.source.close()
  }

  /** The last round with all rows written: those that it held, and that nothing else will write. */
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

  /** Checks the books and writes them down, unless there is nothing to write about. */
  private def finish(round: Round): Ledger =
    try
      written(balance(round))
    catch {
      // What went wrong first is what the user must know.
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
      output = counted,
      isBalanced = counted.forall(_ == rows.inOutput) && isEveryFileTold,
      model = model,
      gpus = gpus,
      images = options.images ++ options.imagesFrom,
      outputPath = options.output,
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

  /** So that the last batch of a task, which may be smaller, costs little. */
  private val BatchesPerTask = 4

  /** One look at the input, and what was done about it. */
  final private case class Round(
      files: Long,
      ignored: Ignored,
      tally: Counters,
      ending: ClassifyPass.Ending
  ) {

    /** Whether it makes the last ledger untrue. */
    def isNews: Boolean = tally.now.sum > 0 || ending.status != Ledger.Complete
  }

  private def found(input: Input, seconds: Double): String =
    "%d images to do, %d done before, listed in %.3f s"
      .formatLocal(Locale.ROOT, input.source.waiting, input.before.sum, seconds)
}
