package vitscale.onednn.vit

import java.nio.FloatBuffer

/** An input of linear layers inside a block of the encoder. */
sealed abstract private[onednn] class ActivationPlace

private[onednn] object ActivationPlace {

  /** Of queries, keys and values. */
  case object AttentionInput extends ActivationPlace

  /** Of the projection behind the attention. */
  case object AttentionOutput extends ActivationPlace

  /** Of the first feed-forward layer. */
  case object FeedForwardInput extends ActivationPlace

  /** Of the second feed-forward layer: results of the activation function. */
  case object FeedForwardHidden extends ActivationPlace

  val all: Seq[ActivationPlace] = Seq(AttentionInput, AttentionOutput, FeedForwardInput, FeedForwardHidden)
}

/** Looks at the inputs of linear layers while a plan in float32 runs. */
private[onednn] trait ActivationObserver {

  /** @param block
    *   index of the block
    * @param values
    *   [rows, channels], valid during the call alone
    */
  def see(block: Int, place: ActivationPlace, values: FloatBuffer): Unit
}
