package vitscale.onednn.vit

import org.bytedeco.dnnl.memory

import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.WeightPack
import vitscale.onednn.merge.{MergedTokens, TokenMerger}
import vitscale.onednn.plan.PlanBuilder

/** Adds all blocks of the encoder to a plan, over some tokens.
  *
  * @param observer
  *   looks at the inputs of linear layers; none in an ordinary pass
  */
final private[onednn] class Encoder(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    precision: MixedPrecision,
    shard: SequenceShard,
    observer: Option[ActivationObserver] = None
) {
  private lazy val coded = block(precision)
  private lazy val exact = block(precision.withoutCodes)

  private val merger =
    if (config.merges.isEmpty) None
    else {
      val images = shard.range.sequences
      Some(new TokenMerger(builder, config.attention, precision.numbers.other, images, config.merges))
    }

  private def block(precision: MixedPrecision): EncoderBlock =
    new EncoderBlock(builder, pack, config, precision, shard, merger, observer)

  /** @param residual
    *   [images, tokens, hidden] of the range, float32
    * @param last
    *   the results: the same tensor, or [images, queries, hidden]
    * @param queries
    *   how many tokens of each image, from the first of the range on, the last block computes: no more than the classifier reads
    */
  def add(residual: memory, last: memory, queries: Int): Unit = {
    val first = MergedTokens(residual, shard.range.count)
    val behind = (0 until config.layers - 1).foldLeft(first) { (tokens, index) =>
      blockAt(index).add(index, tokens, tokens.values, tokens.count)
    }
    blockAt(config.layers - 1).add(config.layers - 1, behind, last, queries)
    ()
  }

  private def blockAt(index: Int): EncoderBlock = if (precision.isCoded(index)) coded else exact
}
