package vitscale.job.run

import java.util.Locale

import vitscale.job.output.{Ledger, Tables}

/** The ledger in words. */
private[job] object LedgerText {

  def lines(ledger: Ledger): Seq[String] =
    ledger.problem.toSeq ++ Seq(sum(ledger)) ++ leftOut(ledger) ++ stages(ledger) ++
      ledger.ignored.inWords ++ Seq(speed(ledger)) ++ warning(ledger)

  private def sum(ledger: Ledger): String = {
    val left = if (ledger.notDone == 0) "" else s" + ${number(ledger.notDone)} not done"
    s"${ledger.status}: ${number(ledger.files)} files = ${number(ledger.predicted)} predicted + " +
      s"${number(ledger.quarantined)} quarantined$left"
  }

  private def leftOut(ledger: Ledger): Option[String] = {
    val chosen = ledger.chosen
    val option =
      chosen.limit.map(limit => s"--limit $limit") ++ chosen.sample.map(sample => s"--sample $sample")
    if (option.isEmpty) None
    else {
      val all = number(ledger.files + chosen.leftOut)
      Some(s"${option.mkString(" ")} left out ${number(chosen.leftOut)} of $all files")
    }
  }

  private def stages(ledger: Ledger): Seq[String] =
    if (ledger.quarantinedByStage.isEmpty) Seq.empty
    else {
      val counts = ledger.quarantinedByStage.toSeq.sorted.map { case (stage, count) =>
        s"$stage ${number(count)}"
      }
      Seq(s"failed in this run: ${counts.mkString(", ")}; see ${ledger.outputPath}/${Tables.Quarantine}")
    }

  private def speed(ledger: Ledger): String = {
    val done = ledger.thisRun.predicted + ledger.thisRun.quarantined
    if (done == 0) s"no new images; predictions in ${ledger.outputPath}/${Tables.Predictions}"
    else
      "%s images in %s, %.2f/s; predictions in %s".formatLocal(
        Locale.ROOT,
        number(done),
        Progress.duration(ledger.thisRun.seconds),
        ledger.thisRun.imagesPerSec,
        s"${ledger.outputPath}/${Tables.Predictions}"
      )
  }

  private def warning(ledger: Ledger): Seq[String] = ledger.output match {
    case Some(_) if ledger.isBalanced => Seq.empty
    case None =>
      val waited = StopSignal.LastMillis / 1000
      Seq(
        s"the rows of the output were not counted again within $waited s of the stop; the next run counts them"
      )
    case Some(counted) =>
      Seq(
        s"THE LEDGER DOES NOT BALANCE: the output holds ${counted.predicted} predictions and " +
          s"${counted.quarantined} quarantined rows of ${counted.paths} images. Please report this."
      )
  }

  private def number(value: Long): String = "%,d".formatLocal(Locale.ROOT, value)
}
