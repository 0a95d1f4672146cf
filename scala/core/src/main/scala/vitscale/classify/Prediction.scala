package vitscale.classify

/** What the model says of one image.
  *
  * @param labels
  *   label texts with their scores, the likeliest first
  * @param logits
  *   the logits of all classes by id, where they were asked for
  */
final case class Prediction(labels: Seq[(String, Float)], logits: Option[Array[Float]])

object Prediction {

  /** What became of one image. */
  type Answer = Either[ImageFailure, Prediction]
}

/** Why an image got no prediction.
  *
  * @param stage
  *   what was being done: one of `ImageFailure.Decode`, `Preprocess`, `Forward`
  * @param reason
  *   written for the user
  */
final case class ImageFailure(stage: String, reason: String)

object ImageFailure {
  val Decode = "decode"
  val Preprocess = "preprocess"
  val Forward = "forward"
}
