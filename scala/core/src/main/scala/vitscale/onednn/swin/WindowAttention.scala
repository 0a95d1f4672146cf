package vitscale.onednn.swin

import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.{
  Attention,
  AttentionInputs,
  LinearLayers,
  ScoreTerms,
  TokenNumbers,
  TokenRange,
  WeightPack
}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.{PlanBuilder, RowMoves}

/** Adds the attention inside of windows to a plan.
  *
  * @param images
  *   of a batch
  */
final private[swin] class WindowAttention(
    builder: PlanBuilder,
    pack: WeightPack,
    config: SwinConfig,
    stage: SwinStage,
    tensors: SwinTensors,
    images: Int
) {

  private val channels = stage.channels
  private val numbers = tensors.numbers
  private val rowBytes = channels.toLong * memory.data_type_size(numbers.inputs)
  private val linear = new LinearLayers(builder, pack)
  private val bias = new WindowBias(builder, pack, config, stage)
  private val cosine = new CosineInputs(builder, pack, stage)
  private val attention =
    new Attention(builder, stage.attention, numbers.other, stage.area, WindowAttention.together(stage))

  /** @param tokens
    *   [images * tokens, channels] in the order of the map; what they get from their windows replaces them
    */
  def add(weights: SwinWeights, grid: WindowGrid, tokens: memory): Unit = {
    val places = grid.table(images)
    val windows = tensors.windows(places.size, channels)
    builder.move(tokens, windows, RowMoves.gather(places), rowBytes)
    val inputs =
      if (config.isSecond) cosines(weights, windows, places.size) else joined(weights, windows, places.size)
    val factors = if (config.isSecond) Some(cosine.factors(weights.logitScale)) else None
    val groups = grid.groups.map(_.count * images)
    groups.scanLeft(0)(_ + _).zip(groups).zip(bias.of(weights, grid)).foreach {
      case ((first, count), values) =>
        val row = first.toLong * stage.area
        val result = builder.view(
          Descs.dense(numbers.other, count.toLong * stage.area, channels.toLong),
          Descs.pointer(windows, numbers.other, row * channels)
        )
        val terms = ScoreTerms(factors, Some(values))
        attention.add(inputs.from(row), result, TokenRange.all(count, stage.area), terms)
    }
    builder.move(windows, tokens, RowMoves.scatter(places), rowBytes)
  }

  private def joined(weights: SwinWeights, windows: memory, rows: Int): AttentionInputs = {
    val made = tensors.inner(rows, 3 * channels)
    linear.add(weights.queryKeyValue, numbers.weights, windows, made)
    AttentionInputs.joined(made, channels.toLong, stage.area)
  }

  /** Queries and keys side by side, since they alone are normalised; the values behind all of them. */
  private def cosines(weights: SwinWeights, windows: memory, rows: Int): AttentionInputs = {
    val compared = tensors.inner(rows, 2 * channels)
    val values = builder.view(
      Descs.dense(numbers.other, rows.toLong, channels.toLong),
      Descs.pointer(compared, numbers.other, 2L * rows * channels)
    )
    linear.add(weights.queryKey, numbers.weights, windows, compared)
    linear.add(weights.values, numbers.weights, windows, values)
    val vectors = Descs.dense(numbers.other, 2L * rows * stage.heads, stage.attention.headSize.toLong)
    cosine.normalise(builder.view(vectors, compared.get_data_handle()))
    AttentionInputs(
      stage.area,
      TokenNumbers(compared, 2L * channels, 0L),
      TokenNumbers(compared, 2L * channels, channels.toLong),
      TokenNumbers(values, channels.toLong, 0L)
    )
  }
}

private object WindowAttention {

  /** Bytes of the attention scores of one primitive. */
  private val ScoreBytes = 1 << 19

  /** Windows of one primitive. */
  private def together(stage: SwinStage): Int =
    math.max(1L, ScoreBytes / (stage.scores * java.lang.Float.BYTES)).toInt
}
