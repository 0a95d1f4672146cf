package vitscale.onednn.vit.family

/** The parts of a Vision Transformer for image classification, with the names of their tensors in the checkpoint. */
final private[onednn] case class VitStructure(embedding: Embedding, blocks: BlockNames, head: Head)

/** How an image becomes the tokens of the first block.
  *
  * @param patches
  *   the convolution that makes a token of each patch
  * @param hasPatchBias
  *   whether it has a bias
  * @param leading
  *   learned tokens before the patches, in order
  * @param positions
  *   what is added to the tokens, if anything is
  * @param norm
  *   layer normalisation behind it, if there is one
  */
final private[onednn] case class Embedding(
    patches: String,
    hasPatchBias: Boolean = true,
    leading: Seq[LeadingTokens] = Seq.empty,
    positions: Option[Positions] = None,
    norm: Option[String] = None
)

/** Learned tokens before the patches.
  *
  * @param dims
  *   dimensions of the tensor before the last one, whose size is the hidden size
  * @param havePositions
  *   whether position embeddings are added to them
  */
final private[onednn] case class LeadingTokens(
    tensor: String,
    dims: Seq[Long] = Seq(1L, 1L),
    havePositions: Boolean = true
) {
  def count: Int = dims.product.toInt
  def shape(hidden: Int): Seq[Long] = dims :+ hidden.toLong
}

/** Position embeddings of the leading tokens that have one, then of the patches, row by row.
  *
  * @param dims
  *   dimensions of the tensor before the number of positions and the hidden size
  * @param resampling
  *   how they become those of images of another size; none where images must have the size in `config.json`
  */
final private[onednn] case class Positions(
    tensor: String,
    dims: Seq[Long] = Seq(1L),
    resampling: Option[Bicubic] = None
) {
  def shape(count: Int, hidden: Int): Seq[Long] = dims ++ Seq(count.toLong, hidden.toLong)
}
