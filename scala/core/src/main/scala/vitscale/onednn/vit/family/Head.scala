package vitscale.onednn.vit.family

import vitscale.onednn.layer.MeanHead

/** How the tokens behind the last block become logits. */
sealed abstract private[onednn] class Head {

  /** Numbers of an image that the linear layers read. */
  def inputs(hidden: Int): Int
}

private[onednn] object Head {

  /** A linear layer for each of the first tokens, normalised. The logits are the mean of their results.
    *
    * @param norm
    *   layer normalisation of the tokens
    * @param classifiers
    *   the linear layers, as many as tokens are used
    */
  final case class FirstTokens(norm: String, classifiers: Seq[String]) extends Head {
    override def inputs(hidden: Int): Int = classifiers.size * hidden
  }

  /** A linear layer on the mean of all patches.
    *
    * @param normOfTokens
    *   layer normalisation before the mean is taken
    * @param normOfMean
    *   layer normalisation of the mean
    * @param withFirstToken
    *   whether the layer sees the first token too, before the mean
    * @param classifier
    *   the linear layer
    */
  final case class PatchMean(
      normOfTokens: Option[String] = None,
      normOfMean: Option[String] = None,
      withFirstToken: Boolean = false,
      classifier: String = MeanHead.Classifier
  ) extends Head {
    override def inputs(hidden: Int): Int = if (withFirstToken) 2 * hidden else hidden
  }
}
