package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, post_ops, reorder}

/** Adds blocks of the encoder to a plan: x + attention(norm(x)), then x + feedForward(norm(x)).
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
  private val linear = new LinearLayers(builder, pack)

  private val normalised = builder.tensor(numbers.inputs, rows, hidden)
  private val joined = builder.tensor(numbers.other, rows, 3 * hidden)
  private val attended = builder.tensor(numbers.other, rows, hidden)
  private val attendedCodes =
    if (numbers.isInt8) builder.tensor(numbers.inputs, rows, hidden) else attended
  private val intermediate =
    builder.tensor(numbers.inputs, rows, config.intermediate.toLong)

  /** @param residual
    *   [images, tokens, hidden], float32, all tokens
    * @param result
    *   the same, or [images, hidden] for the class tokens alone
    * @param queries
    *   tokens of each image in `result`
    */
  def add(index: Int, residual: memory, result: memory, queries: Int): Unit = {
    val block = new Block(index)
    val all = new Rows(index, images * config.tokens)
    val kept = new Rows(index, images * queries)
    layerNorm.add(block.weights.normBeforeAttention, residual, all.normalised, block.attentionInput)
    all.observe(all.normalised, ActivationPlace.AttentionInput, config.hidden)
    linear.add(
      block.weights.queryKeyValue,
      numbers.weights,
      all.normalised,
      joined,
      block.attentionInput
    )
    attention.add(joined, attended, images, queries)
    kept.observe(kept.attended, ActivationPlace.AttentionOutput, config.hidden)
    block.attentionOutput.foreach(codes => encode(kept.attended, kept.attendedCodes, codes.source))
    if (queries != config.tokens) keepClassTokens(residual, result)
    linear.add(
      block.weights.attentionOutput,
      numbers.weights,
      kept.attendedCodes,
      result,
      block.attentionOutput,
      after = Some(sum)
    )
    layerNorm.add(block.weights.normBeforeFeedForward, result, kept.normalised, block.feedForwardInput)
    kept.observe(kept.normalised, ActivationPlace.FeedForwardInput, config.hidden)
    feedForward(block, kept, result)
  }

  /** The codes of the activation's results begin at its smallest value, which the bias of the second layer takes up. */
  private def feedForward(block: Block, rows: Rows, result: memory): Unit = {
    val after = new post_ops()
    after.append_eltwise(config.activation.algorithm, config.activation.alpha, 0f)
    if (block.hiddenScale.isDefined)
      after.append_eltwise(algorithm.eltwise_linear, 1f, -config.activation.least)
    linear.add(
      block.weights.feedForwardIn,
      numbers.weights,
      rows.normalised,
      rows.intermediate,
      block.feedForwardInput.map(_.copy(result = block.hiddenScale)),
      Some(after)
    )
    rows.observe(rows.intermediate, ActivationPlace.FeedForwardHidden, config.intermediate)
    linear.add(
      block.weights.feedForwardOut,
      numbers.weights,
      rows.intermediate,
      result,
      block.hiddenScale.map(CodeScales(_, inputShift = config.activation.least)),
      Some(sum)
    )
  }

  private def sum: post_ops = {
    val made = new post_ops()
    made.append_sum()
    made
  }

  private def keepClassTokens(residual: memory, result: memory): Unit =
    (0L until images.toLong).foreach { image =>
      builder.copy(
        Descs.pointer(residual, data_type.f32, image * config.tokens * hidden),
        Descs.pointer(result, data_type.f32, image * hidden),
        hidden * java.lang.Float.BYTES
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
  final private class Block(index: Int) {
    val weights = new BlockWeights(config, index)

    private val own = scales.flatMap(_.blocks(index))

    private def centred(range: BlockRanges => Float, smoothing: BlockScales => IndexedSeq[Float]) =
      own.map(one =>
        CodeScales.centred(range(one.ranges) / QuantisedRows.LargestCode).copy(smoothing = smoothing(one))
      )

    val attentionInput: Option[CodeScales] = centred(_.attentionInput, _.attentionSmoothing)
    val attentionOutput: Option[CodeScales] = centred(_.attentionOutput, _ => IndexedSeq.empty)
    val feedForwardInput: Option[CodeScales] = centred(_.feedForwardInput, _.feedForwardSmoothing)

    val hiddenScale: Option[Float] =
      own.map(one => (one.ranges.feedForwardHidden - config.activation.least) / EncoderBlock.LargestU8)
  }

  /** The first rows of the shared tensors. */
  final private class Rows(index: Int, count: Int) {

    private def first(tensor: memory, elementType: data_type, width: Long): memory =
      builder.view(Descs.dense(elementType, count.toLong, width), tensor.get_data_handle())

    val normalised: memory = first(EncoderBlock.this.normalised, numbers.inputs, hidden)
    val attended: memory = first(EncoderBlock.this.attended, numbers.other, hidden)
    val attendedCodes: memory = first(EncoderBlock.this.attendedCodes, numbers.inputs, hidden)
    val intermediate: memory =
      first(EncoderBlock.this.intermediate, numbers.inputs, config.intermediate.toLong)

    def observe(tensor: memory, place: ActivationPlace, width: Int): Unit =
      observer.foreach { seen =>
        val values = Descs.floats(tensor, Math.multiplyExact(count, width))
        builder.observe(() => seen.see(index, place, values.duplicate()))
      }
  }
}

private[onednn] object EncoderBlock {

  /** Largest code without a sign. */
  val LargestU8 = 255f
}
