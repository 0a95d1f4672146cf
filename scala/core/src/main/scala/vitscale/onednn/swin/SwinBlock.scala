package vitscale.onednn.swin

import org.bytedeco.dnnl.{memory, post_ops}

import vitscale.onednn.layer.{LayerNorm, LinearLayers, WeightPack}
import vitscale.onednn.plan.PlanBuilder

/** Adds the blocks of a stage to a plan: x + attention(norm(x)) inside of windows, then x + feedForward(norm(x)). Swin Transformer
  * V2 normalises what it adds: x + norm(attention(x)), then x + norm(feedForward(x)).
  *
  * Source: Liu et al. 2021, "Swin Transformer", equation 3, Liu et al. 2022, "Swin Transformer V2", figure 1, and `SwinLayer` and
  * `Swinv2Layer` in Transformers.
  *
  * @param images
  *   of a batch
  */
final private[swin] class SwinBlock(
    builder: PlanBuilder,
    pack: WeightPack,
    config: SwinConfig,
    stage: SwinStage,
    tensors: SwinTensors,
    images: Int
) {

  private val (channels, rows) = (stage.channels, images * stage.tokens)
  private val numbers = tensors.numbers
  private val layerNorm = new LayerNorm(builder, pack, config.epsilon)
  private val linear = new LinearLayers(builder, pack)
  private val attention = new WindowAttention(builder, pack, config, stage, tensors, images)
  private val tokens = tensors.tokens(rows, channels)

  /** @param index
    *   of the block in its stage
    * @param residual
    *   [images * tokens, channels], float32; the results replace it
    */
  def add(index: Int, residual: memory): Unit = {
    val weights = new SwinWeights(config, stage, index)
    addTo(residual, weights.normBeforeAttention) { (result, after) =>
      attention.add(weights, stage.windows(index), tokens)
      linear.add(weights.attentionOutput, numbers.weights, tokens, result, after = after)
    }
    addTo(residual, weights.normBeforeFeedForward) { (result, after) =>
      val hidden = tensors.inner(rows, stage.intermediate)
      linear.add(
        weights.feedForwardIn,
        numbers.weights,
        tokens,
        hidden,
        after = Some(config.activation.applied)
      )
      linear.add(weights.feedForwardOut, numbers.weights, hidden, result, after = after)
    }
  }

  /** Adds what some layers make of the tokens to the residual.
    *
    * @param layers
    *   adds these layers: they read the tokens, and write to a tensor with what is done behind their products
    */
  private def addTo(residual: memory, norm: String)(layers: (memory, Option[post_ops]) => Unit): Unit =
    if (config.isSecond) {
      val result = tensors.outputs(rows, channels)
      builder.convert("tokens", residual, tokens)
      layers(result, None)
      layerNorm.add(norm, result, result, codes = None)
      Addition.add(builder, "residual", residual, result)
    } else {
      layerNorm.add(norm, residual, tokens, codes = None)
      layers(residual, Some(LinearLayers.sum))
    }
}
