package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, reorder}

/** Adds blocks of the encoder to a plan: x + attention(norm(x)), then x + feedForward(norm(x)). Weights take up factors of the
  * channels (layer scale), so these cost nothing.
  *
  * Source: Dosovitskiy et al. 2021, equations 2 and 3. All blocks share the tensors between their layers.
  *
  * @param scales
  *   how the inputs of the linear layers become 8-bit codes, where `numbers` says that they do
  * @param observer
  *   looks at these inputs; none in an ordinary pass
  */
final private[onednn] class EncoderBlock(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    numbers: Numbers,
    images: Int,
    scales: Option[Int8Scales],
    observer: Option[ActivationObserver]
) {

  private val (hidden, rows) = (config.hidden.toLong, images.toLong * config.tokens)
  private val attention = new Attention(builder, config, numbers.other)
  private val layerNorm = new LayerNorm(builder, pack, config)
  private val relativePositions = new RelativePositions(pack, config)
  private val linear = new LinearLayers(builder, pack)
  private val feedForward = new FeedForward(builder, linear, config, numbers, rows)

  private val normalised = builder.tensor(numbers.inputs, rows, hidden)
  private val joined = builder.tensor(numbers.other, rows, 3 * hidden)
  private val attended = builder.tensor(numbers.other, rows, hidden)
  private val attendedCodes =
    if (numbers.isInt8) builder.tensor(numbers.inputs, rows, hidden) else attended

  /** @param residual
    *   [images, tokens, hidden], float32, all tokens
    * @param result
    *   the same, or [images, queries, hidden] for the first tokens alone
    * @param queries
    *   tokens of each image in `result`
    */
  def add(index: Int, residual: memory, result: memory, queries: Int): Unit = {
    val weights = new BlockWeights(config, index)
    val codes = new BlockCodes(config, scales.flatMap(_.blocks(index)))
    val all = new Rows(index, images * config.tokens)
    val kept = new Rows(index, images * queries)
    layerNorm.add(weights.normBeforeAttention, residual, all.normalised, codes.attentionInput)
    all.observe(all.normalised, ActivationPlace.AttentionInput, config.hidden)
    linear.add(weights.queryKeyValue, numbers.weights, all.normalised, joined, codes.attentionInput)
    val bias = relativePositions.bias(weights.relativePositions, queries)
    attention.add(joined, attended, images, queries, bias)
    kept.observe(kept.attended, ActivationPlace.AttentionOutput, config.hidden)
    codes.attentionOutput.foreach(one => encode(kept.attended, kept.attendedCodes, one.source))
    if (queries != config.tokens) keepFirstTokens(residual, result, queries)
    linear.add(
      weights.attentionOutput,
      numbers.weights,
      kept.attendedCodes,
      result,
      codes.attentionOutput,
      after = Some(FeedForward.sum)
    )
    layerNorm.add(weights.normBeforeFeedForward, result, kept.normalised, codes.feedForwardInput)
    kept.observe(kept.normalised, ActivationPlace.FeedForwardInput, config.hidden)
    feedForward.add(weights, codes, images * queries, kept.normalised, result) { hidden =>
      kept.observe(hidden, ActivationPlace.FeedForwardHidden, config.intermediate)
    }
  }

  private def keepFirstTokens(residual: memory, result: memory, count: Int): Unit =
    (0L until images.toLong).foreach { image =>
      builder.copy(
        Descs.pointer(residual, data_type.f32, image * config.tokens * hidden),
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

  /** A block's weights, and how its inputs become codes; none where they stay numbers. */
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
