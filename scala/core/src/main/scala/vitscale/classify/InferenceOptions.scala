package vitscale.classify

import vitscale.UsageException
import vitscale.device.Device

/** The options of a classification.
  *
  * @param topK
  *   number of labels for each image; a number above that of the model returns all labels
  * @param batchSize
  *   images in one forward pass; `InferenceOptions.batchSize` has the default of a device
  * @param returnLogits
  *   whether predictions contain the logits of all classes
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

  /** The default batch size of a device.
    *
    * A CPU is fastest with small batches, because their activations stay in its caches. A GPU needs many images to use all of
    * its cores; `vitscale bench` measures the best number.
    */
  def batchSize(device: Device): Int = device match {
    case Device.Cpu => 2
    case Device.Gpu(_) => 64
  }
}
