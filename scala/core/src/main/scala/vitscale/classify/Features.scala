package vitscale.classify

import vitscale.{NamedValue, NamedValues}

/** The features of an image that a prediction contains: the input of the model's classification head, float32 [width].
  *
  * For a ViT it is the class token after the last LayerNorm, `last_hidden_state[:, 0]` of Transformers' `ViTModel`.
  *
  * @param name
  *   value of the options and parameters
  */
sealed abstract class Features(override val name: String) extends NamedValue with Serializable {

  /** The features in the requested form. */
  private[classify] def of(pooled: Array[Float]): Array[Float]
}

object Features extends NamedValues[Features] {

  /** No features. */
  case object Off extends Features("none") {
    private[classify] override def of(pooled: Array[Float]): Array[Float] = Array.emptyFloatArray
  }

  /** The input of the head, unchanged. */
  case object Pooled extends Features("pooled") {
    private[classify] override def of(pooled: Array[Float]): Array[Float] = pooled
  }

  /** The input of the head divided by its L2 norm, so that a dot product is the cosine similarity. The norm is at least
    * 1e-12, as in `torch.nn.functional.normalize`.
    */
  case object Normalized extends Features("normalized") {
    private[classify] override def of(pooled: Array[Float]): Array[Float] = {
      var sum = 0.0
      pooled.foreach(value => sum += value.toDouble * value)
      val norm = math.max(math.sqrt(sum), SmallestNorm)
      pooled.map(value => (value / norm).toFloat)
    }
  }

  private val SmallestNorm = 1e-12

  override val all: Seq[Features] = Seq(Off, Pooled, Normalized)
}
