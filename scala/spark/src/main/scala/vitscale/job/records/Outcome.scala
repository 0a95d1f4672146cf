package vitscale.job.records

/** A class with its score.
  *
  * @param id
  *   class number, from 0 on
  * @param label
  *   label text
  * @param probability
  *   the score, if the engine returns one
  */
final case class Ranked(id: Int, label: String, probability: Option[Float])

/** The result of one image. Every listed image gets exactly one. */
sealed trait Outcome extends Serializable {
  def path: String

  /** Time of the result, in milliseconds since 1970. */
  def time: Long
}

/** @param labels
  *   the likeliest first. Empty if no score reaches the threshold
  * @param features
  *   the features, if requested
  */
final case class Predicted(
    path: String,
    labels: Seq[Ranked],
    time: Long,
    features: Option[Array[Float]] = None
) extends Outcome

/** An image without a prediction.
  *
  * @param size
  *   bytes of the file, where known
  * @param stage
  *   the stage that failed, one of [[Stage]]
  */
final case class Quarantined(path: String, size: Option[Long], stage: String, reason: String, time: Long)
    extends Outcome

/** The stages that an image passes, in order; those of the engine are `vitscale.classify.ImageFailure`'s. */
object Stage {
  val List = "list"
  val Read = "read"
  val Decode: String = vitscale.classify.ImageFailure.Decode
  val Preprocess: String = vitscale.classify.ImageFailure.Preprocess
  val Forward: String = vitscale.classify.ImageFailure.Forward

  /** A failure in any stage that ended the executor's process. */
  val Executor = "executor"
}
