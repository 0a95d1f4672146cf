package vitscale.onednn.swin

import vitscale.onednn.layer.{MeanHead, WeightPack}
import vitscale.onednn.library.Numbers
import vitscale.onednn.pass.BatchPlan

/** The plan of a Swin Transformer for batches of one size. */
private[onednn] object SwinPlan {

  /** @throws vitscale.ModelException
    *   if weights are missing or have another shape, or oneDNN lacks a primitive
    */
  def build(config: SwinConfig, pack: WeightPack, numbers: Numbers, images: Int): BatchPlan =
    BatchPlan.build(images) { builder =>
      val tensors = new SwinTensors(builder, config, numbers, images)
      val first = config.stages.head
      val residual = tensors.residual(images * first.tokens, first.channels)
      val input = new SwinEmbedding(builder, pack, config, numbers.other).add(residual, images)
      val merging = new PatchMerging(builder, pack, config, tensors, images)
      val last = config.stages.foldLeft(residual) { (tokens, stage) =>
        val blocks = new SwinBlock(builder, pack, config, stage, tensors, images)
        (0 until stage.blocks).foreach(blocks.add(_, tokens))
        config.stages.lift(stage.index + 1).fold(tokens)(merging.add(stage, _, tokens))
      }
      val head = new MeanHead(
        builder,
        pack,
        config.classes,
        config.epsilon,
        normOfTokens = Some(SwinWeights.lastNorm(config))
      )
      (input, head.add(last, images))
    }
}
