package vitscale.serving

import java.util.concurrent.atomic.LongAdder

import vitscale.ImageException

/** The numbers of a [[DynamicBatcher]] at one moment, since it was opened.
  *
  * Each accepted request is completed, failed, failed by its image or cancelled in the end:
  * `accepted = completed + imageErrors + failed + cancelled + pending`.
  *
  * @param accepted
  *   requests that were taken into the queue
  * @param rejected
  *   requests that found the queue full
  * @param completed
  *   requests with a prediction
  * @param imageErrors
  *   requests whose image could not be read
  * @param failed
  *   requests that failed for another reason, such as a forward pass that failed
  * @param cancelled
  *   requests whose user cancelled them, or let them time out, before their result
  * @param queueLength
  *   requests that wait for a forward pass now
  * @param queueLimit
  *   `maxQueueSize`
  * @param batchSize
  *   images of each forward pass
  * @param decodeSeconds
  *   time to decode and preprocess an image
  * @param queueSeconds
  *   time from a request's arrival to the start of its forward pass, without its decoding
  * @param forwardSeconds
  *   time of each forward pass
  * @param requestSeconds
  *   time from arrival to result, of completed requests
  */
final case class BatcherMetrics private[serving] (
    accepted: Long,
    rejected: Long,
    completed: Long,
    imageErrors: Long,
    failed: Long,
    cancelled: Long,
    queueLength: Int,
    queueLimit: Int,
    batchSize: HistogramValues,
    decodeSeconds: HistogramValues,
    queueSeconds: HistogramValues,
    forwardSeconds: HistogramValues,
    requestSeconds: HistogramValues
) {

  /** Requests that were accepted and have no outcome yet. */
  def pending: Long = accepted - completed - imageErrors - failed - cancelled

  /** These numbers in Prometheus' text format, for an endpoint such as `/metrics`. */
  def prometheusText: String = PrometheusText.of(this)
}

/** Counts what a [[DynamicBatcher]] does; any number of threads may record. */
final private[serving] class MetricsRecorder {

  private val acceptances, rejections, completions, imageFailures, failures, cancellations = new LongAdder
  private val batchSize = Histogram.ofImages()
  private val decoding, queueing, computing, answering = Histogram.ofSeconds()

  def accepted(): Unit = acceptances.increment()

  /** Take back an acceptance. It is counted before the queue has the request, because a worker may be quick. */
  def refused(isFull: Boolean): Unit = {
    acceptances.decrement()
    if (isFull) rejections.increment()
  }
  def cancelled(): Unit = cancellations.increment()

  def completed(nanos: Long): Unit = {
    completions.increment()
    answering.record(seconds(nanos))
  }

  def failed(error: Throwable): Unit = error match {
    case _: ImageException => imageFailures.increment()
    case _ => failures.increment()
  }

  def decoded(nanos: Long): Unit = decoding.record(seconds(nanos))
  def waited(nanos: Long): Unit = queueing.record(seconds(nanos))

  def computed(images: Int, nanos: Long): Unit = {
    batchSize.record(images.toDouble)
    computing.record(seconds(nanos))
  }

  /** The accepted requests are read last: no outcome is then counted without its request. */
  def snapshot(queueLength: Int, queueLimit: Int): BatcherMetrics = {
    val (completed, imageErrors) = (completions.sum, imageFailures.sum)
    val (failed, cancelled) = (failures.sum, cancellations.sum)
    BatcherMetrics(
      accepted = acceptances.sum,
      rejected = rejections.sum,
      completed,
      imageErrors,
      failed,
      cancelled,
      queueLength,
      queueLimit,
      batchSize.snapshot,
      decoding.snapshot,
      queueing.snapshot,
      computing.snapshot,
      answering.snapshot
    )
  }

  private def seconds(nanos: Long): Double = nanos / 1e9
}
