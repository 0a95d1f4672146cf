package vitscale.bench

/** The table on the terminal. */
object ResultTable {

  private val header =
    Seq("backend", "batch", "images/s", "min - max", "ms/batch", "load s", "peak MiB", "failed")

  def render(benchmarks: Seq[Benchmark]): String = {
    val rows = header +: benchmarks.map(row)
    val widths = header.indices.map(column => rows.map(_(column).length).max)
    val lines = rows.map(_.zip(widths).map { case (cell, width) => cell.padTo(width, ' ') }.mkString("  "))
    val best = benchmarks.filter(_.samplesPerSec.nonEmpty).sortBy(-_.samplesPerSec.get.median).headOption
    (lines.head +: lines.head.map(_ => '-') +: lines.tail).mkString("\n") +
      best.fold("")(benchmark => s"\nbest batch size: ${benchmark.batchSize}") +
      benchmarks
        .flatMap(b => b.error.map(e => s"\nbatch size ${b.batchSize} failed: ${e.message}"))
        .mkString +
      benchmarks.lastOption.toSeq
        .flatMap(_.runs)
        .flatMap(_.ledger.failed)
        .map(f => s"\nfailed: ${f.file}: ${f.reason}")
        .mkString
  }

  private def row(benchmark: Benchmark): Seq[String] = {
    val run = benchmark.runs.headOption
    def statistic(value: Option[Statistics], text: Statistics => String): String = value.fold("-")(text)
    Seq(
      benchmark.backend,
      benchmark.batchSize.toString,
      statistic(benchmark.samplesPerSec, s => f"${s.median}%.2f"),
      statistic(benchmark.samplesPerSec, s => f"${s.min}%.2f - ${s.max}%.2f"),
      statistic(benchmark.stepTimeMs, s => f"${s.median}%.0f"),
      run.fold("-")(r => f"${r.loadSeconds}%.1f"),
      run.fold("-")(r => s"${r.peakMemoryBytes / (1 << 20)}"),
      run.fold("-")(r => s"${r.ledger.failed.size} of ${r.ledger.files}")
    )
  }
}
