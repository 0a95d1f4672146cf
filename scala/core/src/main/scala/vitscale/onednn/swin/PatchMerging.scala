package vitscale.onednn.swin

import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.{LayerNorm, LinearLayers, WeightPack}
import vitscale.onednn.plan.{PlanBuilder, RowMoves}

/** Adds patch merging to a plan: each 2x2 tokens become one with twice the channels. A map of an odd size ends with zeros.
  *
  * Source: Liu et al. 2021, "Swin Transformer", section 3.1, `SwinPatchMerging` in Transformers' `modeling_swin.py`, and
  * `Swinv2PatchMerging` in `modeling_swinv2.py`, which normalises the results, not the inputs.
  *
  * @param images
  *   of a batch
  */
final private[swin] class PatchMerging(
    builder: PlanBuilder,
    pack: WeightPack,
    config: SwinConfig,
    tensors: SwinTensors,
    images: Int
) {

  private val layerNorm = new LayerNorm(builder, pack, SwinConfig.Epsilon)
  private val linear = new LinearLayers(builder, pack)

  /** @param residual
    *   the tokens of the stage, float32 [images * tokens, channels]
    * @return
    *   those of the next stage
    */
  def add(stage: SwinStage, next: SwinStage, residual: memory): memory = {
    val rows = images * next.tokens
    val merged = tensors.merged(rows, 4 * stage.channels)
    val taken = tensors.tokens(rows, 4 * stage.channels)
    val result = tensors.residual(rows, next.channels)
    val norm = SwinWeights.mergingNorm(config, stage)
    val rowBytes = stage.channels.toLong * java.lang.Float.BYTES
    builder.move(residual, merged, RowMoves.gather(neighbours(stage, next)), rowBytes)
    if (config.isSecond) builder.convert("four tokens", merged, taken)
    else layerNorm.add(norm, merged, taken, codes = None)
    linear.add(SwinWeights.reduction(config, stage), tensors.numbers.weights, taken, result)
    if (config.isSecond) layerNorm.add(norm, result, result, codes = None)
    result
  }

  /** Four tokens for each merged one: upper left, lower left, upper right, lower right. */
  private def neighbours(stage: SwinStage, next: SwinStage): IndexedSeq[Int] =
    for {
      image <- 0 until images
      down <- 0 until next.height
      right <- 0 until next.width
      place <- 0 until 4
    } yield {
      val (row, column) = (2 * down + place % 2, 2 * right + place / 2)
      if (row < stage.height && column < stage.width) (image * stage.height + row) * stage.width + column
      else RowMoves.Zeros
    }
}
