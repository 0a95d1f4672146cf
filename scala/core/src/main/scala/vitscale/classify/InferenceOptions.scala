package vitscale.classify

import vitscale.UsageException
import vitscale.device.Device

/** What is asked of a classifier for each image.
  *
  * @param topK
  *   labels wanted; more than the model has means all of them
  * @param batchSize
  *   images of one forward pass; `InferenceOptions.batchSize` knows what suits a device
  * @param returnLogits
  *   whether predictions carry the logits of all classes
  */
final case class InferenceOptions(
    topK: Int = 5,
    batchSize: Int = InferenceOptions.batchSize(Device.Cpu),
    returnLogits: Boolean = false
) {
  if (topK < 1) throw new UsageException(s"topK is $topK; expected at least 1.")
  if (batchSize < 1) throw new UsageException(s"batchSize is $batchSize; expected at least 1.")
}

object InferenceOptions {

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
