package vitscale.serving

import java.time.Duration

import vitscale.UsageException
import vitscale.classify.ClassifierOptions

/** The options of a [[DynamicBatcher]]. The names are those of Triton's dynamic batcher.
  *
  * @param maxBatchSize
  *   largest number of images in one forward pass. 2 is fastest on most processors, 16 to 64 on a GPU.
  * @param maxQueueSize
  *   largest number of requests that wait for a forward pass; further requests are rejected. It limits the longest wait:
  *   a queue of 64 at 50 images a second is a wait of 1.3 seconds.
  * @param maxQueueDelay
  *   longest time that a decoded image waits for others to fill its batch. 0 starts a pass as soon as a worker is idle,
  *   which is best on a processor; a few milliseconds give larger batches on a GPU.
  * @param decoders
  *   threads that decode images beside the forward passes
  */
final case class BatcherOptions(
    maxBatchSize: Int = 2,
    maxQueueSize: Int = 64,
    maxQueueDelay: Duration = Duration.ZERO,
    decoders: Int = ClassifierOptions.machineCores
) {
  if (maxBatchSize < 1 || maxQueueSize < 1 || decoders < 1)
    throw new UsageException(
      s"maxBatchSize is $maxBatchSize, maxQueueSize is $maxQueueSize and decoders is $decoders; expected at least 1 for each."
    )
  if (maxQueueDelay.isNegative || maxQueueDelay.compareTo(BatcherOptions.LongestDelay) > 0)
    throw new UsageException(
      s"maxQueueDelay is $maxQueueDelay; expected a time from 0 to ${BatcherOptions.LongestDelay}."
    )

  /** Return a copy with another `maxBatchSize`, for Java. */
  def withMaxBatchSize(images: Int): BatcherOptions = copy(maxBatchSize = images)

  /** Return a copy with another `maxQueueSize`, for Java. */
  def withMaxQueueSize(requests: Int): BatcherOptions = copy(maxQueueSize = requests)

  /** Return a copy with another `maxQueueDelay`, for Java. */
  def withMaxQueueDelay(delay: Duration): BatcherOptions = copy(maxQueueDelay = delay)

  /** Return a copy with another number of `decoders`, for Java. */
  def withDecoders(threads: Int): BatcherOptions = copy(decoders = threads)
}

object BatcherOptions {

  private val LongestDelay = Duration.ofMinutes(1)

  /** The default options, for Java. */
  def defaults: BatcherOptions = BatcherOptions()
}
