package vitscale.bench

import scala.util.control.NonFatal

/** Measures one benchmark: load, first forward, warm-up and measurement told apart.
  *
  * @param report
  *   told, line by line, what was just done
  */
final class BenchmarkRunner(images: ImageFolder, warmupImages: Int, iterations: Int, report: String => Unit) {

  /** @param load
    *   makes the backend ready; its time is the load time
    * @return
    *   the benchmark; where something failed, with the error and without runs
    */
  def measure(
      options: BenchmarkOptions,
      batchSize: Int,
      startSeconds: Double
  )(load: => Backend): Benchmark = {
    val empty = Benchmark(
      backend = options.backend,
      options = Backends.describe(options),
      batchSize = batchSize,
      device = "cpu",
      runs = Seq.empty,
      samplesPerSec = None,
      stepTimeMs = None,
      error = None
    )
    try withFigures(empty.copy(runs = Seq(run(batchSize, startSeconds, load))))
    catch {
      case NonFatal(error) =>
        report(s"failed: $error")
        empty.copy(error = Some(BenchmarkError(error.getClass.getName, String.valueOf(error.getMessage))))
    }
  }

  private def run(batchSize: Int, startSeconds: Double, load: => Backend): Run = {
    Machine.resetPeakMemory()
    val cpuBefore = Machine.cpuSeconds
    val backend = load
    try {
      val loadSeconds = Machine.uptimeSeconds - startSeconds
      report(f"loaded in $loadSeconds%.1f s")
      val (firstForwardSeconds, _) = timed(backend.classify(images.take(batchSize)))
      val warmup = iteration(Iteration.warmup, backend, images.take(warmupImages))._1
      val measured = (1 to iterations).map(_ => iteration(Iteration.measurement, backend, images))
      val last = measured.last._2
      Run(
        loadSeconds,
        firstForwardSeconds,
        Machine.peakMemoryBytes,
        Machine.cpuSeconds - cpuBefore,
        warmup +: measured.map(_._1),
        Ledger(images.size, last.count, last.failed)
      )
    } finally backend.close()
  }

  private def iteration(phase: String, backend: Backend, images: ImageFolder): (Iteration, Predictions) = {
    val (seconds, predictions) = timed(backend.classify(images))
    val count = predictions.count
    report(f"$phase: $count%d images in $seconds%.1f s, ${count / seconds}%.2f images/s")
    (Iteration(phase, count, seconds), predictions)
  }

  private def timed[A](work: => A): (Double, A) = {
    val start = System.nanoTime()
    val result = work
    ((System.nanoTime() - start) / 1e9, result)
  }

  private def withFigures(benchmark: Benchmark): Benchmark = {
    val measured = benchmark.runs.flatMap(_.iterations).filter(_.phase == Iteration.measurement)
    def batches(iteration: Iteration): Double = math.ceil(iteration.images.toDouble / benchmark.batchSize)
    benchmark.copy(
      samplesPerSec = Some(Statistics.of(measured.map(iteration => iteration.images / iteration.seconds))),
      stepTimeMs =
        Some(Statistics.of(measured.map(iteration => 1000 * iteration.seconds / batches(iteration))))
    )
  }
}
