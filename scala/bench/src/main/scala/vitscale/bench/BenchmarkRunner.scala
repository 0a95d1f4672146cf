package vitscale.bench

import scala.util.control.NonFatal

import vitscale.DeviceException
import vitscale.device.{Device, DeviceUse}

/** Measures one benchmark: load, first forward pass, warm-up and measurement separately.
  *
  * @param report
  *   prints a line of progress
  */
final class BenchmarkRunner(images: ImageFolder, options: BenchmarkOptions, report: String => Unit) {

  /** Measure one batch size.
    *
    * @param startSeconds
    *   uptime of the process at the start of the load, in seconds
    * @param load
    *   loads the backend; its time is the load time
    * @return
    *   the benchmark; after a failure, with the error and without runs
    */
  def measure(batchSize: Int, startSeconds: Double)(load: => Backend): Benchmark = {
    val empty = Benchmark(
      backend = options.backend,
      options = Backends.describe(options),
      batchSize = batchSize,
      device = options.deviceName,
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
      val deviceUse = confirmed(backend)
      val (firstForwardSeconds, _) = timed(backend.classify(images.take(batchSize)))
      val warmup = iteration(Iteration.warmup, backend, images.take(options.warmupImages))._1
      val measured = measurements(backend)
      val last = measured.last._2
      Run(
        loadSeconds,
        firstForwardSeconds,
        Machine.peakMemoryBytes,
        Machine.cpuSeconds - cpuBefore,
        warmup +: measured.map(_._1),
        Ledger(images.size + images.problems.size, last.count, last.failed ++ images.problems),
        deviceUse,
        backend.runtime
      )
    } finally backend.close()
  }

  /** Return the evidence that the requested device runs the model. */
  private def confirmed(backend: Backend): Option[DeviceUse] = {
    val use = backend.deviceUse
    if (use.isEmpty && options.device != Device.Cpu)
      throw new DeviceException(
        "The device is gpu, but the backend has no evidence that a GPU runs the model. Check nvidia-smi."
      )
    use.foreach(found => report(s"nodes run by ${found.providers.toSeq.sorted.mkString(", ")}"))
    use
  }

  /** Run passes over all images, for the requested number of iterations and the requested time. */
  private def measurements(backend: Backend): Seq[(Iteration, Predictions)] = {
    val done = Seq.newBuilder[(Iteration, Predictions)]
    var passes = 0
    var seconds = 0.0
    while (passes < options.iterations || seconds < options.minSeconds) {
      val pass = iteration(Iteration.measurement, backend, images)
      done += pass
      passes += 1
      seconds += pass._1.seconds
    }
    done.result()
  }

  private def iteration(phase: String, backend: Backend, images: ImageFolder): (Iteration, Predictions) = {
    val (predictions, seconds, latencies) = options.scenario match {
      case Scenario.Offline =>
        val (seconds, predictions) = timed(backend.classify(images))
        (predictions, seconds, None)
      case Scenario.SingleStream =>
        val (seconds, queries) = timed(new Queries(backend, images))
        (queries, seconds, Some(queries.latenciesMs))
    }
    val count = predictions.count
    report(f"$phase: $count%d images in $seconds%.1f s, ${count / seconds}%.2f images/s")
    (Iteration(phase, count, seconds, latencies), predictions)
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
        Some(Statistics.of(measured.map(iteration => 1000 * iteration.seconds / batches(iteration)))),
      latencyMs = Some(measured.flatMap(_.latenciesMs.toSeq.flatten)).filter(_.nonEmpty).map(Percentiles.of)
    )
  }
}
