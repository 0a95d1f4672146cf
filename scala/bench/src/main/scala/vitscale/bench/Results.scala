package vitscale.bench

import scala.annotation.meta.getter

import com.fasterxml.jackson.annotation.JsonInclude
import com.fasterxml.jackson.annotation.JsonInclude.Include

import vitscale.device.DeviceUse
import vitscale.job.records.Ignored

/** The results of a benchmark, with the fields of `schema/results-v1.json` (there in snake case). */
final case class Results(
    schemaVersion: Int,
    vitscaleVersion: String,
    createdAt: String,
    command: Seq[String],
    environment: Environment,
    workload: Workload,
    benchmarks: Seq[Benchmark],
    parity: Seq[Nothing]
)

final case class Environment(
    os: String,
    architecture: String,
    cpu: String,
    cpuCount: Int,
    cpuFeatures: Seq[String],
    memoryBytes: Long,
    versions: Map[String, String]
)

final case class Workload(scenario: String, model: ModelSummary, images: ImagesSummary)

final case class ModelSummary(
    name: String,
    path: String,
    weights: String,
    numLabels: Int,
    imageHeight: Int,
    imageWidth: Int,
    onnxSha256: String
)

final case class ImagesSummary(path: String, files: Int, bytes: Long, ignored: Ignored)

/** One backend with its options at one batch size. */
final case class Benchmark(
    backend: String,
    options: Map[String, Any],
    batchSize: Int,
    device: String,
    runs: Seq[Run],
    samplesPerSec: Option[Statistics],
    stepTimeMs: Option[Statistics],
    latencyMs: Option[Percentiles] = None,
    error: Option[BenchmarkError]
)

/** The raw values of one process.
  *
  * @param device
  *   evidence that a GPU ran the model; none on the CPU
  * @param runtime
  *   library that computed the forward pass; none if the backend has only one
  */
final case class Run(
    loadSeconds: Double,
    firstForwardSeconds: Double,
    peakMemoryBytes: Long,
    cpuSeconds: Double,
    iterations: Seq[Iteration],
    ledger: Ledger,
    @(JsonInclude @getter)(Include.NON_ABSENT) device: Option[DeviceUse] = None,
    @(JsonInclude @getter)(Include.NON_ABSENT) runtime: Option[String] = None
)

/** @param latenciesMs
  *   latency of each query in milliseconds; none for the scenario offline
  */
final case class Iteration(
    phase: String,
    images: Long,
    seconds: Double,
    @(JsonInclude @getter)(Include.NON_ABSENT) latenciesMs: Option[Seq[Double]] = None
)

object Iteration {
  val warmup = "warmup"
  val measurement = "measurement"
}

/** The counts of a workload. Every file is counted once: predicted, or failed with a reason. */
final case class Ledger(files: Int, predicted: Long, failed: Seq[FailedImage])

final case class FailedImage(file: String, reason: String)

final case class BenchmarkError(`type`: String, message: String)
