package vitscale.onednn.int8

/** Largest magnitudes that 8-bit codes of a block hold; values beyond are clipped. */
final private[onednn] case class BlockRanges(
    attentionInput: Float,
    attentionOutput: Float,
    feedForwardInput: Float,
    feedForwardHidden: Float
)

/** How a block of the encoder becomes 8-bit codes.
  *
  * Smoothing divides each channel of an input before it is rounded, and multiplies the weights that meet it, so that one loud
  * channel does not take the range of all others. Layer normalisation takes the division up, so it costs nothing. Source: Xiao
  * et al. 2023, "SmoothQuant", equation 3.
  *
  * @param ranges
  *   of the inputs after smoothing
  * @param attentionSmoothing
  *   divisors of the attention's input, one for each channel; empty for none
  * @param feedForwardSmoothing
  *   the same for the feed-forward block
  */
final private[onednn] case class BlockScales(
    ranges: BlockRanges,
    attentionSmoothing: IndexedSeq[Float] = IndexedSeq.empty,
    feedForwardSmoothing: IndexedSeq[Float] = IndexedSeq.empty
)

/** How a model becomes 8-bit codes, as calibration measured it.
  *
  * @param blocks
  *   one entry for each block of the encoder; none for a block that loses too much, and is computed without codes
  */
final private[onednn] case class Int8Scales(blocks: IndexedSeq[Option[BlockScales]]) {

  /** The same with some blocks computed without codes. */
  def without(exact: Set[Int]): Int8Scales = Int8Scales(blocks.zipWithIndex.map { case (block, index) =>
    block.filterNot(_ => exact(index))
  })

  /** Indices of the blocks without codes. */
  def exactBlocks: Seq[Int] = blocks.indices.filter(blocks(_).isEmpty)
}

/** The blocks of a model that 8-bit codes can compute.
  *
  * @param count
  *   number of blocks
  * @param channels
  *   numbers of a token in each of them
  */
final private[onednn] case class CodedBlocks(count: Int, channels: Int)
