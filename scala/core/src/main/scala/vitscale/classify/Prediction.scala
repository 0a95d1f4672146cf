package vitscale.classify

/** A class of the model with its score for one image.
  *
  * @param id
  *   class number, from 0 on. It identifies the class: two labels of ImageNet share a text.
  * @param label
  *   label text
  */
final case class ScoredLabel(id: Int, label: String, score: Float)

/** The prediction of the model for one image.
  *
  * @param labels
  *   classes with their scores, the highest first. Empty if a threshold was set and no score reaches it.
  * @param logits
  *   the logits of all classes by id, if requested
  * @param features
  *   the features, if requested
  */
final case class Prediction(
    labels: Seq[ScoredLabel],
    logits: Option[Array[Float]] = None,
    features: Option[Array[Float]] = None
)

object Prediction {

  /** The result of one image: its prediction, or why it failed. */
  type Answer = Either[ImageFailure, Prediction]
}

/** Why an image has no prediction.
  *
  * @param stage
  *   the stage that failed: `ImageFailure.Decode`, `Preprocess` or `Forward`
  * @param reason
  *   message for the user
  */
final case class ImageFailure(stage: String, reason: String)

object ImageFailure {
  val Decode = "decode"
  val Preprocess = "preprocess"
  val Forward = "forward"
}
