package vitscale.onednn.vit

import vitscale.onednn.checkpoint.RowRange
import vitscale.onednn.layer.Linear
import vitscale.onednn.vit.family.BlockNames

/** Names and shapes of what a block of the encoder has in the checkpoint. */
final private[onednn] class BlockWeights(config: VitConfig, val index: Int) {

  private val names = config.structure.blocks
  private val (hidden, wide) = (config.hidden.toLong, config.intermediate.toLong)

  private def named(part: String): String = s"${names.prefix}.$index.$part"

  val normBeforeAttention: String = named(names.normBeforeAttention)
  val normBeforeFeedForward: String = named(names.normBeforeFeedForward)

  val queryKeyValue: Linear =
    Linear(
      names.queryKeyValue.map(named),
      Seq(BlockNames.Fused / names.queryKeyValue.size * hidden, hidden),
      unbiased = names.unbiased.map(named)
    )
  val attentionOutput: Linear = Linear(
    Seq(named(names.attentionOutput)),
    Seq(hidden, hidden),
    outputFactors = names.layerScales.map(scales => named(scales._1))
  )

  /** All linear layers that read the input of the feed-forward block. */
  val feedForwardIn: Linear =
    Linear(Seq(named(names.feedForwardIn)), Seq(if (names.isGated) 2 * wide else wide, hidden))

  /** The gate of a gated feed-forward block, and the layer whose results it multiplies. */
  def gate: Linear = feedForwardIn.copy(rows = Some(RowRange(0, config.intermediate)))
  def factor: Linear = feedForwardIn.copy(rows = Some(RowRange(config.intermediate, config.intermediate)))

  val feedForwardOut: Linear = Linear(
    Seq(named(names.feedForwardOut)),
    Seq(hidden, wide),
    outputFactors = names.layerScales.map(scales => named(scales._2))
  )

  /** Tables of what is added to the attention scores, by the distance of two patches. */
  val relativePositions: Seq[String] =
    names.sharedRelativePositions.toSeq ++ names.relativePositions.map(named)
}
