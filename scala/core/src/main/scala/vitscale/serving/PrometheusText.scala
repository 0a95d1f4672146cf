package vitscale.serving

/** Writes metrics in Prometheus' text format 0.0.4
  * (https://prometheus.io/docs/instrumenting/exposition_formats).
  */
private[serving] object PrometheusText {

  def of(metrics: BatcherMetrics): String =
    Seq(
      outcomes(metrics),
      gauge("vitscale_pending_requests", "Requests without an outcome yet.", metrics.pending),
      gauge(
        "vitscale_queue_length",
        "Requests that wait for a forward pass.",
        metrics.queueLength.toLong
      ),
      gauge("vitscale_queue_limit", "Largest length of the queue.", metrics.queueLimit.toLong),
      header("vitscale_batch_size", "Images of a forward pass.", "histogram"),
      histogram("vitscale_batch_size", "", metrics.batchSize),
      header("vitscale_stage_duration_seconds", "Time of each stage.", "histogram"),
      histogram("vitscale_stage_duration_seconds", "stage=\"decode\"", metrics.decodeSeconds),
      histogram("vitscale_stage_duration_seconds", "stage=\"queue\"", metrics.queueSeconds),
      histogram("vitscale_stage_duration_seconds", "stage=\"forward\"", metrics.forwardSeconds),
      header("vitscale_request_duration_seconds", "Time from arrival to result.", "histogram"),
      histogram("vitscale_request_duration_seconds", "", metrics.requestSeconds)
    ).mkString

  private def outcomes(metrics: BatcherMetrics): String = {
    val name = "vitscale_requests_total"
    val counts = Seq(
      "completed" -> metrics.completed,
      "image_error" -> metrics.imageErrors,
      "failed" -> metrics.failed,
      "cancelled" -> metrics.cancelled,
      "rejected" -> metrics.rejected
    )
    header(name, "Requests by outcome.", "counter") +
      counts.map { case (outcome, count) => s"""$name{outcome="$outcome"} $count\n""" }.mkString
  }

  private def gauge(name: String, help: String, value: Long): String =
    header(name, help, "gauge") + s"$name $value\n"

  private def header(name: String, help: String, kind: String): String =
    s"# HELP $name $help\n# TYPE $name $kind\n"

  /** The buckets of Prometheus are cumulative. */
  private def histogram(name: String, label: String, values: HistogramValues): String = {
    val bounds = values.bounds.map(_.toString) :+ "+Inf"
    val cumulative = values.counts.scanLeft(0L)(_ + _).tail
    val comma = if (label.isEmpty) "" else s"$label,"
    val braces = if (label.isEmpty) "" else s"{$label}"
    val buckets = bounds.zip(cumulative).map { case (bound, count) =>
      s"""${name}_bucket{${comma}le="$bound"} $count\n"""
    }
    buckets.mkString + s"${name}_sum$braces ${values.sum}\n${name}_count$braces ${cumulative.last}\n"
  }
}
