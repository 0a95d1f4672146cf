package vitscale.onednn.swin

import org.bytedeco.dnnl.{memory, post_ops}

import vitscale.onednn.{
  Attention,
  Descs,
  FeedForward,
  LayerNorm,
  LinearLayers,
  PlanBuilder,
  RowMoves,
  TokenRange,
  WeightPack
}

/** Adds the blocks of a stage to a plan: x + attention(norm(x)) inside of windows, then x + feedForward(norm(x)).
  *
  * Source: Liu et al. 2021, "Swin Transformer", equation 3, and `SwinLayer` in Transformers' `modeling_swin.py`.
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
  private val rowBytes = channels.toLong * memory.data_type_size(numbers.inputs)
  private val layerNorm = new LayerNorm(builder, pack, config.epsilon)
  private val linear = new LinearLayers(builder, pack)
  private val bias = new WindowBias(builder, pack, stage)
  private val attention =
    new Attention(builder, stage.attention, numbers.other, stage.area, SwinBlock.windowsTogether(stage))
  private val tokens = tensors.tokens(rows, channels)

  /** @param index
    *   of the block in its stage
    * @param residual
    *   [images * tokens, channels], float32; the results replace it
    */
  def add(index: Int, residual: memory): Unit = {
    val weights = new SwinWeights(config, stage, index)
    layerNorm.add(weights.normBeforeAttention, residual, tokens, codes = None)
    attend(weights, stage.windows(index))
    linear.add(weights.attentionOutput, numbers.weights, tokens, residual, after = Some(FeedForward.sum))
    layerNorm.add(weights.normBeforeFeedForward, residual, tokens, codes = None)
    feedForward(weights, residual)
  }

  /** Replaces the tokens by what they get from their windows. */
  private def attend(weights: SwinWeights, grid: WindowGrid): Unit = {
    val places = grid.table(images)
    val windows = tensors.windows(places.size, channels)
    val joined = tensors.inner(places.size, 3 * channels)
    builder.move(tokens, windows, RowMoves.gather(places), rowBytes)
    linear.add(weights.queryKeyValue, numbers.weights, windows, joined)
    val groups = grid.groups.map(_.count * images)
    groups.scanLeft(0)(_ + _).zip(groups).zip(bias.of(weights.relativePositions, grid)).foreach {
      case ((first, count), values) =>
        attention.add(
          from(joined, first, count, 3 * channels),
          from(windows, first, count, channels),
          TokenRange(count, 0, stage.area),
          Some(values)
        )
    }
    builder.move(windows, tokens, RowMoves.scatter(places), rowBytes)
  }

  /** Some windows of a tensor in the order of windows. */
  private def from(tensor: memory, first: Int, count: Int, width: Int): memory =
    builder.view(
      Descs.dense(numbers.other, count.toLong * stage.area, width.toLong),
      Descs.pointer(tensor, numbers.other, first.toLong * stage.area * width)
    )

  private def feedForward(weights: SwinWeights, residual: memory): Unit = {
    val hidden = tensors.inner(rows, stage.intermediate)
    val activate = new post_ops()
    activate.append_eltwise(config.activation.algorithm, config.activation.alpha, 0f)
    linear.add(weights.feedForwardIn, numbers.weights, tokens, hidden, after = Some(activate))
    linear.add(weights.feedForwardOut, numbers.weights, hidden, residual, after = Some(FeedForward.sum))
  }
}

private object SwinBlock {

  /** Bytes of the attention scores of one primitive. */
  private val ScoreBytes = 1 << 19

  private def windowsTogether(stage: SwinStage): Int =
    math.max(1, ScoreBytes / (stage.heads * stage.area * stage.area * java.lang.Float.BYTES))
}
