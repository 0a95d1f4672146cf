package vitscale.onednn.vit

import org.bytedeco.dnnl.memory

import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.WeightPack
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

  private def block(precision: MixedPrecision): EncoderBlock =
    new EncoderBlock(builder, pack, config, precision, shard, observer)

  /** @param residual
    *   [images, tokens, hidden] of the range, float32
    * @param last
    *   the results: the same tensor, or [images, queries, hidden]
    * @param queries
    *   how many tokens of each image, from the first of the range on, the last block computes: no more than the classifier reads
    */
  def add(residual: memory, last: memory, queries: Int): Unit =
    (0 until config.layers).foreach { index =>
      val block = if (precision.isCoded(index)) coded else exact
      if (index < config.layers - 1) block.add(index, residual, residual, shard.range.count)
      else block.add(index, residual, last, queries)
    }
}
