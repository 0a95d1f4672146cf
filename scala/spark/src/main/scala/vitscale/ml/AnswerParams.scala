package vitscale.ml

import org.apache.spark.ml.param.{DoubleParam, IntParam, Param, ParamValidators, Params}

import vitscale.classify.{Features, InferenceOptions}

/** The parameters of what a stage returns for each image.
  *
  * @groupname param Parameters
  * @groupname setParam Parameter setters
  * @groupname getParam Parameter getters
  */
trait AnswerParams extends ViTParams {

  /** Images of one forward pass. */
  def batchSize: IntParam

  /** Smallest score of a label, from 0 to 1; not set by default. An image may then have no label. Without `topK`, all labels
    * from this score on are returned.
    *
    * @group param
    */
  final val threshold: DoubleParam =
    new DoubleParam(
      this,
      "threshold",
      "smallest score of a label, from 0 to 1 (default: none)",
      ParamValidators.inRange(0, 1)
    )

  /** @group getParam */
  def getThreshold: Double = $(threshold)

  /** @group setParam */
  def setThreshold(value: Double): this.type = set(threshold, value)

  /** What is asked of the engine, with the value of the parameter that `AnswerParams.features` makes. */
  private[ml] def requestWith(features: String): InferenceOptions = {
    val least = get(threshold).map(_.toFloat)
    InferenceOptions(
      topK = if (isSet(topK)) $(topK) else InferenceOptions.topK(least),
      batchSize = $(batchSize),
      threshold = least,
      features = Features.named(features).get
    )
  }
}

private[ml] object AnswerParams {

  /** Makes the parameter `features` of a stage. The trait cannot have it, since annotators of Spark NLP have another member of
    * that name.
    */
  def features(stage: Params): Param[String] =
    new Param[String](
      stage,
      "features",
      "features of each image: none, pooled, or normalized to an L2 norm of 1 (default: none)",
      ParamValidators.inArray(Features.names.toArray)
    )
}
