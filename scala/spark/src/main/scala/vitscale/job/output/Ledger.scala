package vitscale.job.output

import scala.annotation.meta.getter

import com.fasterxml.jackson.annotation.JsonInclude
import com.fasterxml.jackson.annotation.JsonInclude.Include

import vitscale.SnakeCaseJson
import vitscale.device.DeviceUse
import vitscale.job.records.Ignored

/** What became of the files of a run: `files = predicted + quarantined + not_done`, and nothing is left over when a run is
  * complete.
  *
  * @param status
  *   `complete`, `interrupted`, `stopped` (too many failed) or `failed`
  * @param files
  *   files that the run was asked to do, those done before included
  * @param predicted
  *   of these, how many have a prediction
  * @param quarantined
  *   of these, how many are in quarantine
  * @param notDone
  *   of these, how many are left for the next run
  * @param thisRun
  *   what this run did
  * @param ignored
  *   what lay in the folders and was left aside
  * @param output
  *   rows counted in the output after the run, of this run and all earlier ones; none if it was interrupted, and no executor
  *   was left to count them
  * @param gpus
  *   what shows that GPUs ran the model, from each executor for each of its GPUs; empty on the processor
  * @param isBalanced
  *   whether all adds up: every file has one outcome or is left, and the output, where it was counted, holds each row that was
  *   committed once
  */
final case class Ledger(
    status: String,
    files: Long,
    predicted: Long,
    quarantined: Long,
    notDone: Long,
    quarantinedByStage: Map[String, Long],
    thisRun: ThisRun,
    ignored: Ignored,
    output: Option[Counts],
    isBalanced: Boolean,
    model: ModelUsed,
    @(JsonInclude @getter)(Include.NON_EMPTY) gpus: Seq[DeviceUse],
    images: Seq[String],
    outputPath: String,
    startedAt: String,
    problem: Option[String]
) {

  def toJson: Array[Byte] = SnakeCaseJson.writer.writeValueAsBytes(this)

  /** The exit status of the command: 0 if every file was classified. */
  def exitCode: Int = status match {
    case Ledger.Interrupted => Ledger.InterruptedCode
    case Ledger.Complete if quarantined == 0 && isBalanced => 0
    case _ => 1
  }
}

/** @param listingSeconds
  *   that the search for images took, before the first task
  * @param seconds
  *   from the first task to the last commit: starting Spark, listing and loading the model left out
  */
final case class ThisRun(
    predicted: Long,
    quarantined: Long,
    listingSeconds: Double,
    seconds: Double,
    imagesPerSec: Double
)

/** @param sha256
  *   of the graph, or of the weights where oneDNN runs them
  * @param runtime
  *   library that computed the forward pass
  */
final case class ModelUsed(name: String, weights: String, sha256: String, engine: String, runtime: String)

object Ledger {

  val Complete = "complete"
  val Interrupted = "interrupted"
  val Stopped = "stopped"
  val Failed = "failed"

  private[job] val InterruptedCode = 130
}
