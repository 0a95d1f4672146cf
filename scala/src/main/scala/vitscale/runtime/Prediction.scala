package vitscale.runtime

/** What the model says of one image.
  *
  * @param labels
  *   label texts with their scores, the likeliest first
  * @param logits
  *   the logits of all classes by id, where they were asked for
  */
final case class Prediction(labels: Seq[(String, Float)], logits: Option[Array[Float]])

/** Why an image got no prediction; written for the user. */
final case class ImageFailure(reason: String)
