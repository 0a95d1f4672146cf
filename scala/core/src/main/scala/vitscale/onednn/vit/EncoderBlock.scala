package vitscale.onednn.vit

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, reorder}

import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.{
  Attention,
  AttentionInputs,
  CodeScales,
  LayerNorm,
  LinearLayers,
  TokenRange,
  WeightPack
}
import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** Adds blocks of the encoder to a plan: x + attention(norm(x)), then x + feedForward(norm(x)). Weights take up factors of the
  * channels (layer scale), so these cost nothing.
  *
  * Source: Dosovitskiy et al. 2021, equations 2 and 3. All blocks share the tensors between their layers.
  *
  * @param observer
  *   looks at the inputs of linear layers; none in an ordinary pass
  */
final private[onednn] class EncoderBlock(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    precision: MixedPrecision,
    shard: SequenceShard,
    observer: Option[ActivationObserver]
) {

  private val (numbers, range) = (precision.numbers, shard.range)
  private val (hidden, rows) = (config.hidden.toLong, range.rows.toLong)
  private val attention = new Attention(builder, config.attention, numbers.other, range.count)
  private val layerNorm = new LayerNorm(builder, pack, config.epsilon)
  private val relativePositions = new RelativePositions(pack, config)
  private val linear = new LinearLayers(builder, pack)
  private val feedForward = new FeedForward(builder, linear, config, numbers, rows)

  private val normalised = builder.tensor(numbers.inputs, rows, hidden)
  private val attended = builder.tensor(numbers.other, rows, hidden)
  private val attendedCodes =
    if (numbers.isInt8) builder.tensor(numbers.inputs, rows, hidden) else attended

  /** @param residual
    *   [images, tokens, hidden] of the range, float32
    * @param result
    *   the same, or [images, queries, hidden] for the first tokens alone
    * @param queries
    *   tokens of each image in `result`; 0 where no token of the range is needed behind this block
    */
  def add(index: Int, residual: memory, result: memory, queries: Int): Unit = {
    val weights = new BlockWeights(config, index)
    val codes = new BlockCodes(config, precision.scalesOf(index))
    val all = new Rows(index, range.rows)
    val joined = shard.joinedOf(index)
    layerNorm.add(weights.normBeforeAttention, residual, all.normalised, codes.attentionInput)
    all.observe(all.normalised, ActivationPlace.AttentionInput, config.hidden)
    linear.add(
      weights.queryKeyValue,
      numbers.weights,
      all.normalised,
      rowsOfRange(joined),
      codes.attentionInput
    )
    shard.meeting.foreach(builder.meet)
    if (queries > 0) {
      val asking = range.copy(count = queries)
      if (queries != range.count) keepFirstTokens(residual, result, queries)
      addQueries(weights, codes, joined, result, asking)
    }
  }

  /** Attention and feed-forward layers for the tokens that ask, added to their values in `result`. */
  private def addQueries(
      weights: BlockWeights,
      codes: BlockCodes,
      joined: memory,
      result: memory,
      asking: TokenRange
  ): Unit = {
    val kept = new Rows(weights.index, asking.rows)
    val bias = relativePositions.bias(weights.relativePositions, asking)
    attention.add(AttentionInputs.joined(joined, hidden), attended, asking, bias)
    kept.observe(kept.attended, ActivationPlace.AttentionOutput, config.hidden)
    codes.attentionOutput.foreach(one => encode(kept.attended, kept.attendedCodes, one.source))
    linear.add(
      weights.attentionOutput,
      numbers.weights,
      kept.attendedCodes,
      result,
      codes.attentionOutput,
      after = Some(LinearLayers.sum)
    )
    layerNorm.add(weights.normBeforeFeedForward, result, kept.normalised, codes.feedForwardInput)
    kept.observe(kept.normalised, ActivationPlace.FeedForwardInput, config.hidden)
    feedForward.add(weights, codes, asking.rows, kept.normalised, result) { hidden =>
      kept.observe(hidden, ActivationPlace.FeedForwardHidden, config.intermediate)
    }
  }

  private def rowsOfRange(tensor: memory): memory =
    builder.view(
      Descs.dense(numbers.other, rows, 3 * hidden),
      Descs.pointer(tensor, numbers.other, range.first * 3 * hidden)
    )

  private def keepFirstTokens(residual: memory, result: memory, count: Int): Unit =
    (0L until range.sequences.toLong).foreach { image =>
      builder.copy(
        Descs.pointer(residual, data_type.f32, image * range.count * hidden),
        Descs.pointer(result, data_type.f32, image * count * hidden),
        count * hidden * java.lang.Float.BYTES
      )
    }

  private def encode(from: memory, to: memory, scale: Float): Unit = {
    val attributes = builder.attributes()
    attributes.set_scales_mask(dnnl.DNNL_ARG_TO, 0)
    attributes.set_zero_points_mask(dnnl.DNNL_ARG_TO, 0)
    val description = OneDnn.explained("quantise the attention output") {
      new reorder.primitive_desc(
        OneDnn.processor,
        from.get_desc(),
        OneDnn.processor,
        to.get_desc(),
        attributes,
        false
      )
    }
    builder.execute("codes of the attention output", description, new reorder(description))(
      dnnl.DNNL_ARG_FROM -> from,
      dnnl.DNNL_ARG_TO -> to,
      (dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_TO) -> builder.constants(scale),
      (dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_TO) -> builder.integer(CodeScales.Centre)
    )
  }

  /** The first rows of the shared tensors. */
  final private class Rows(index: Int, count: Int) {

    private def first(tensor: memory, elementType: data_type, width: Long): memory =
      builder.view(Descs.dense(elementType, count.toLong, width), tensor.get_data_handle())

    val normalised: memory = first(EncoderBlock.this.normalised, numbers.inputs, hidden)
    val attended: memory = first(EncoderBlock.this.attended, numbers.other, hidden)
    val attendedCodes: memory = first(EncoderBlock.this.attendedCodes, numbers.inputs, hidden)

    def observe(tensor: memory, place: ActivationPlace, width: Int): Unit =
      observer.foreach { seen =>
        val values = Descs.floats(tensor, Math.multiplyExact(count, width))
        builder.observe(() => seen.see(index, place, values.duplicate()))
      }
  }
}
