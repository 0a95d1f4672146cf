package vitscale.runtime

import vitscale.UsageException

/** What is asked of a classifier for each image.
  *
  * @param topK
  *   labels wanted; more than the model has means all of them
  * @param batchSize
  *   images of one forward pass; `Request.batchSize` knows what suits a device
  * @param returnLogits
  *   whether predictions carry the logits of all classes
  */
final case class Request(
    topK: Int = 5,
    batchSize: Int = Request.batchSize(Device.Cpu),
    returnLogits: Boolean = false
) {
  if (topK < 1) throw new UsageException(s"topK must be at least 1, got $topK.")
  if (batchSize < 1) throw new UsageException(s"batchSize must be at least 1, got $batchSize.")
}

object Request {

  /** What is taken where nothing was asked for.
    *
    * A processor is best with small batches, since their activations stay in its caches. A GPU needs many images to fill its
    * chip; which number is best on one, `vitscale bench` measures.
    */
  def batchSize(device: Device): Int = device match {
    case Device.Cpu => 2
    case Device.Gpu(_) => 64
  }
}
