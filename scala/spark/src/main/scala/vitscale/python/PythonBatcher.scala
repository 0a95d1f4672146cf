package vitscale.python

import java.time.Duration

import vitscale.classify.ViTClassifier
import vitscale.serving.{BatcherOptions, DynamicBatcher}

/** The queue of Python's `vitscale.DynamicBatcher`. Requests come over a socket of their own: py4j would encode each image
  * in base64, and block a thread of Python for each request.
  */
final class PythonBatcher private[python] (classifier: ViTClassifier, options: BatcherOptions) {

  private val batcher = new DynamicBatcher(classifier, options)
  private val socket = new BatcherSocket(new BatcherConnection(_, batcher, classifier))

  /** The port on 127.0.0.1. */
  def port: Int = socket.port

  /** What a client sends first. */
  def token: String = socket.token

  /** JSON: the counters and the mean values, in snake case. */
  def metrics: String = {
    val now = batcher.metrics
    PythonClassifier.json.writeValueAsString(
      Map[String, Any](
        "accepted" -> now.accepted,
        "rejected" -> now.rejected,
        "completed" -> now.completed,
        "image_errors" -> now.imageErrors,
        "failed" -> now.failed,
        "cancelled" -> now.cancelled,
        "pending" -> now.pending,
        "queue_length" -> now.queueLength,
        "queue_limit" -> now.queueLimit,
        "batches" -> now.batchSize.count,
        "mean_batch_size" -> now.batchSize.mean,
        "mean_decode_seconds" -> now.decodeSeconds.mean,
        "mean_queue_seconds" -> now.queueSeconds.mean,
        "mean_forward_seconds" -> now.forwardSeconds.mean,
        "mean_request_seconds" -> now.requestSeconds.mean
      )
    )
  }

  /** The same with histograms, in Prometheus' text format. */
  def prometheusText: String = batcher.metrics.prometheusText

  /** Accept no more requests, and give the accepted ones their results.
    *
    * @param timeout
    *   longest time for this, in seconds; requests that then still wait fail. Negative for no limit.
    * @return
    *   whether all accepted requests got their turn
    */
  def close(timeout: Double): Boolean = {
    val isDrained =
      if (timeout < 0) {
        batcher.close()
        true
      } else batcher.close(Duration.ofNanos((timeout * 1e9).toLong))
    socket.close()
    isDrained
  }
}
