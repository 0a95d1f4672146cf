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
  ScoreTerms,
  TokenRange,
  WeightPack
}
import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.merge.{MergedTokens, TokenMerger, TokenSizes}
import vitscale.onednn.plan.PlanBuilder

/** Adds blocks of the encoder to a plan: x + attention(norm(x)), then x + feedForward(norm(x)). Weights take up factors of the
  * channels (layer scale), so these cost nothing.
  *
  * Source: Dosovitskiy et al. 2021, equations 2 and 3. All blocks share the tensors between their layers.
  *
  * @param merger
  *   of tokens, between attention and feed-forward layers; none in an ordinary pass
  * @param observer
  *   looks at the inputs of linear layers; none in an ordinary pass
  */
final private[onednn] class EncoderBlock(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    precision: MixedPrecision,
    shard: SequenceShard,
    merger: Option[TokenMerger],
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

  /** @param tokens
    *   of each image; [images, tokens of the range, hidden]
    * @param result
    *   where they go: the same memory, or [images, queries, hidden] for the first tokens alone
    * @param queries
    *   tokens of each image in `result`; 0 where no token of the range is needed behind this block
    * @return
    *   the tokens behind the block
    */
  def add(index: Int, tokens: MergedTokens, result: memory, queries: Int): MergedTokens = {
    val weights = new BlockWeights(config, index)
    val codes = new BlockCodes(config, precision.scalesOf(index))
    val seen = range.copy(count = tokens.count)
    val all = new Rows(index, seen.rows)
    val joined = shard.joinedOf(index)
    layerNorm.add(weights.normBeforeAttention, tokens.values, all.normalised, codes.attentionInput)
    all.observe(all.normalised, ActivationPlace.AttentionInput, config.hidden)
    linear.add(
      weights.queryKeyValue,
      numbers.weights,
      all.normalised,
      rowsOfRange(joined, seen),
      codes.attentionInput
    )
    shard.meeting.foreach(builder.meet)
    if (queries == 0) tokens
    else {
      if (queries != seen.count) keepFirstTokens(tokens, result, queries)
      val inputs = AttentionInputs.joined(joined, hidden, tokensOfImages(seen))
      addAttention(weights, codes, inputs, result, seen.copy(count = queries), tokens.sizes)
      val asked = tokens.copy(values = result, count = queries)
      val kept = merger.fold(asked)(_.add(index, inputs.keys, asked))
      addFeedForward(weights, codes, kept)
      kept
    }
  }

  /** All tokens of an image in this block, of which the range may be a part. */
  private def tokensOfImages(seen: TokenRange): Int = config.tokens - (range.count - seen.count)

  /** Attention of the tokens that ask, added to their values in `result`. */
  private def addAttention(
      weights: BlockWeights,
      codes: BlockCodes,
      inputs: AttentionInputs,
      result: memory,
      asking: TokenRange,
      sizes: Option[TokenSizes]
  ): Unit = {
    val rows = new Rows(weights.index, asking.rows)
    val bias = relativePositions.bias(weights.relativePositions, asking)
    val terms = ScoreTerms(bias = bias, ofKeys = sizes.map(_.logarithms))
    attention.add(inputs, attended, asking, terms)
    rows.observe(rows.attended, ActivationPlace.AttentionOutput, config.hidden)
    codes.attentionOutput.foreach(one => encode(rows.attended, rows.attendedCodes, one.source))
    linear.add(
      weights.attentionOutput,
      numbers.weights,
      rows.attendedCodes,
      result,
      codes.attentionOutput,
      after = Some(LinearLayers.sum)
    )
  }

  /** Feed-forward layers, added to the tokens. */
  private def addFeedForward(weights: BlockWeights, codes: BlockCodes, tokens: MergedTokens): Unit = {
    val rows = new Rows(weights.index, range.copy(count = tokens.count).rows)
    layerNorm.add(weights.normBeforeFeedForward, tokens.values, rows.normalised, codes.feedForwardInput)
    rows.observe(rows.normalised, ActivationPlace.FeedForwardInput, config.hidden)
    feedForward.add(weights, codes, rows.count, rows.normalised, tokens.values) { inner =>
      rows.observe(inner, ActivationPlace.FeedForwardHidden, config.intermediate)
    }
  }

  private def rowsOfRange(tensor: memory, seen: TokenRange): memory =
    builder.view(
      Descs.dense(numbers.other, seen.rows.toLong, 3 * hidden),
      Descs.pointer(tensor, numbers.other, seen.first * 3 * hidden)
    )

  private def keepFirstTokens(tokens: MergedTokens, result: memory, count: Int): Unit =
    (0L until range.sequences.toLong).foreach { image =>
      builder.copy(
        Descs.pointer(tokens.values, data_type.f32, image * tokens.count * hidden),
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
  final private class Rows(index: Int, val count: Int) {

    private def first(tensor: memory, elementType: data_type, width: Long): memory =
      builder.view(Descs.dense(elementType, count.toLong, width), tensor.get_data_handle())

    val normalised: memory = first(EncoderBlock.this.normalised, numbers.inputs, hidden)
    val attended: memory = first(EncoderBlock.this.attended, numbers.other, hidden)
    val attendedCodes: memory = first(EncoderBlock.this.attendedCodes, numbers.inputs, hidden)

    def observe(tensor: memory, place: ActivationPlace, width: Int): Unit =
      observer.foreach { seen =>
        val values = Descs.floats(tensor, Math.multiplyExact(count, width))
        builder.call(() => seen.see(index, place, values.duplicate()))
      }
  }
}
