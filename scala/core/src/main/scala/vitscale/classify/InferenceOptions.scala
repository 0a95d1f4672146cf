package vitscale.classify

import vitscale.UsageException
import vitscale.device.Device
import vitscale.model.{ModelFolder, ScoreFunction}

/** The options of a classification.
  *
  * @param topK
  *   number of labels for each image; a number above that of the model returns all labels
  * @param batchSize
  *   images in one forward pass; `InferenceOptions.batchSize` has the default of a device
  * @param returnLogits
  *   whether predictions contain the logits of all classes
  * @param threshold
  *   smallest score of a label; an image may then have no label. None returns the labels whatever their scores.
  * @param features
  *   the features that predictions contain
  */
final case class InferenceOptions(
    topK: Int = 5,
    batchSize: Int = InferenceOptions.batchSize(Device.Cpu),
    returnLogits: Boolean = false,
    threshold: Option[Float] = None,
    features: Features = Features.Off
) {
  if (topK < 1) throw new UsageException(s"topK is $topK; expected at least 1.")
  threshold.filterNot(value => value >= 0 && value <= 1).foreach { value =>
    throw new UsageException(s"threshold is $value; expected a score from 0 to 1.")
  }
  if (batchSize < 1) throw new UsageException(s"batchSize is $batchSize; expected at least 1.")

  /** Whether the forward pass returns features. */
  private[vitscale] def withFeatures: Boolean = features != Features.Off

  /** Check that a model can answer this request.
    *
    * @throws vitscale.UsageException
    *   if it is a regression, whose values have no threshold
    * @throws vitscale.ModelException
    *   if its graph has no features
    */
  private[vitscale] def requireFits(model: ModelFolder): Unit = {
    if (threshold.isDefined && model.scores == ScoreFunction.Identity)
      throw new UsageException(
        s"${model.name} is a regression (problem_type in config.json), whose values have no threshold. Remove the threshold."
      )
    if (withFeatures && model.featureProblem.isDefined) throw model.withoutFeatures
  }
}

object InferenceOptions {

  /** A number of labels that returns all labels of any model. */
  val AllLabels: Int = Int.MaxValue

  /** The number of labels where the user gives none: 5, as in Transformers' pipeline; with a threshold all. */
  def topK(threshold: Option[Float]): Int = if (threshold.isDefined) AllLabels else InferenceOptions().topK

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
