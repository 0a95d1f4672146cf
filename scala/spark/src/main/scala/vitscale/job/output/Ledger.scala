package vitscale.job.output

import scala.annotation.meta.getter

import com.fasterxml.jackson.annotation.JsonInclude
import com.fasterxml.jackson.annotation.JsonInclude.Include

import vitscale.SnakeCaseJson
import vitscale.device.DeviceUse
import vitscale.job.records.{Ignored, TableVersion}

/** The counts of a run: `files = predicted + quarantined + not_done`. `not_done` is 0 when the run is complete.
  *
  * @param status
  *   `complete`, `interrupted`, `stopped` (too many failed) or `failed`
  * @param files
  *   all chosen files of the input, including those of earlier runs
  * @param predicted
  *   number of these files with a prediction
  * @param quarantined
  *   number of these files in quarantine
  * @param notDone
  *   number of these files that remain for the next run
  * @param thisRun
  *   counts and times of this run alone
  * @param ignored
  *   files and folders that the listing left aside
  * @param chosen
  *   the part of the input that the user chose; `files` counts that part alone
  * @param output
  *   rows counted in the output after the run, of this run and all earlier ones; none if it was interrupted, and no executor
  *   was left to count them
  * @param gpus
  *   evidence that GPUs ran the model, from each executor for each of its GPUs; empty on the CPU
  * @param tables
  *   tables of the input, with the versions that the run has read; empty for other inputs
  * @param isBalanced
  *   whether the counts agree: every file has one outcome or is not done, and the output, if it was counted, holds each
  *   committed row once
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
    chosen: Chosen,
    output: Option[Counts],
    isBalanced: Boolean,
    model: ModelUsed,
    @(JsonInclude @getter)(Include.NON_EMPTY) gpus: Seq[DeviceUse],
    images: Seq[String],
    @(JsonInclude @getter)(Include.NON_EMPTY) tables: Seq[TableVersion],
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

/** The part of the input that a run classifies.
  *
  * @param limit
  *   `--limit`: number of images, the first ones in the order of their paths
  * @param sample
  *   `--sample`: share of the images
  * @param leftOut
  *   images of the input that were left out by this choice
  */
final case class Chosen(limit: Option[Int], sample: Option[String], leftOut: Long)

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
