package vitscale.runtime

import vitscale.UsageException

/** What is asked of a classifier for each image.
  *
  * @param topK
  *   labels wanted; more than the model has means all of them
  * @param batchSize
  *   images of one forward pass
  * @param returnLogits
  *   whether predictions carry the logits of all classes
  */
final case class Request(topK: Int = 5, batchSize: Int = 4, returnLogits: Boolean = false) {
  if (topK < 1) throw new UsageException(s"topK must be at least 1, got $topK.")
  if (batchSize < 1) throw new UsageException(s"batchSize must be at least 1, got $batchSize.")
}
