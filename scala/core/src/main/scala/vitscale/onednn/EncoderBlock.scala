package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, post_ops, reorder}

/** Adds blocks of the encoder to a plan: x + attention(norm(x)), then x + feedForward(norm(x)).
  *
  * Source: Dosovitskiy et al. 2021, equations 2 and 3. All blocks share the tensors between their layers.
  *
  * @param ranges
  *   ranges of the inputs of the linear layers, where these are 8-bit codes
  * @param observer
  *   looks at these inputs; none in an ordinary pass
  */
final private[onednn] class EncoderBlock(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    numbers: Numbers,
    images: Int,
    ranges: Option[ActivationRanges],
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
    val of = s"vit.encoder.layer.$index"
    val all = new Rows(index, images * config.tokens)
    val kept = new Rows(index, images * queries)
    layerNorm.add(s"$of.layernorm_before", residual, all.normalised, all.scale(_.attentionInput))
    all.observe(all.normalised, ActivationPlace.AttentionInput, config.hidden)
    joinedProjection(of, all)
    attention.add(joined, attended, images, queries)
    kept.observe(kept.attended, ActivationPlace.AttentionOutput, config.hidden)
    if (numbers.isInt8) kept.encodeAttended()
    if (queries != config.tokens) keepClassTokens(residual, result)
    outputProjection(of, kept, result)
    layerNorm.add(s"$of.layernorm_after", result, kept.normalised, kept.scale(_.feedForwardInput))
    kept.observe(kept.normalised, ActivationPlace.FeedForwardInput, config.hidden)
    feedForward(of, kept, result)
  }

  private def joinedProjection(of: String, rows: Rows): Unit = {
    val parts = Seq("query", "key", "value").map(part => s"$of.attention.attention.$part")
    linear.add(
      s"$of query, key and value",
      Linear(parts, Seq(hidden, hidden), config.hasQkvBias),
      numbers.weights,
      rows.normalised,
      joined,
      rows.scale(_.attentionInput).map(CodeScales.centred(_))
    )
  }

  private def outputProjection(of: String, rows: Rows, result: memory): Unit =
    linear.add(
      s"$of attention output",
      Linear(Seq(s"$of.attention.output.dense"), Seq(hidden, hidden)),
      numbers.weights,
      rows.attendedCodes,
      result,
      rows.scale(_.attentionOutput).map(CodeScales.centred(_)),
      after = Some(sum)
    )

  /** The codes of the activation's results begin at its smallest value, which the bias of the second layer takes up. */
  private def feedForward(of: String, rows: Rows, result: memory): Unit = {
    val (wide, least) = (config.intermediate.toLong, config.activation.least)
    val codeScale = rows.range(_.feedForwardHidden).map(largest => (largest - least) / EncoderBlock.LargestU8)
    val after = new post_ops()
    after.append_eltwise(config.activation.algorithm, config.activation.alpha, 0f)
    if (codeScale.isDefined) after.append_eltwise(algorithm.eltwise_linear, 1f, -least)
    linear.add(
      s"$of first feed-forward layer",
      Linear(Seq(s"$of.intermediate.dense"), Seq(wide, hidden)),
      numbers.weights,
      rows.normalised,
      rows.intermediate,
      rows.scale(_.feedForwardInput).map(CodeScales.centred(_, codeScale)),
      Some(after)
    )
    rows.observe(rows.intermediate, ActivationPlace.FeedForwardHidden, config.intermediate)
    linear.add(
      s"$of second feed-forward layer",
      Linear(Seq(s"$of.output.dense"), Seq(hidden, wide)),
      numbers.weights,
      rows.intermediate,
      result,
      codeScale.map(CodeScales(_, inputShift = least)),
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

  /** The first rows of the shared tensors. */
  final private class Rows(index: Int, count: Int) {

    private def first(tensor: memory, elementType: data_type, width: Long): memory =
      builder.view(Descs.dense(elementType, count.toLong, width), tensor.get_data_handle())

    val normalised: memory = first(EncoderBlock.this.normalised, numbers.inputs, hidden)
    val attended: memory = first(EncoderBlock.this.attended, numbers.other, hidden)
    val attendedCodes: memory = first(EncoderBlock.this.attendedCodes, numbers.inputs, hidden)
    val intermediate: memory =
      first(EncoderBlock.this.intermediate, numbers.inputs, config.intermediate.toLong)

    /** Largest magnitude that codes hold; none where there are no codes. */
    def range(of: BlockRanges => Float): Option[Float] =
      if (numbers.isInt8) ranges.map(all => of(all.blocks(index))) else None

    /** Scale of symmetric codes. */
    def scale(of: BlockRanges => Float): Option[Float] = range(of).map(_ / QuantisedRows.LargestCode)

    def observe(tensor: memory, place: ActivationPlace, width: Int): Unit =
      observer.foreach { seen =>
        val values = Descs.floats(tensor, Math.multiplyExact(count, width))
        builder.observe(() => seen.see(index, place, values.duplicate()))
      }

    def encodeAttended(): Unit = {
      val attributes = builder.attributes()
      attributes.set_scales_mask(dnnl.DNNL_ARG_TO, 0)
      attributes.set_zero_points_mask(dnnl.DNNL_ARG_TO, 0)
      val description = OneDnn.explained("quantise the attention output") {
        new reorder.primitive_desc(
          OneDnn.processor,
          attended.get_desc(),
          OneDnn.processor,
          attendedCodes.get_desc(),
          attributes,
          false
        )
      }
      builder.execute("codes of the attention output", description, new reorder(description))(
        dnnl.DNNL_ARG_FROM -> attended,
        dnnl.DNNL_ARG_TO -> attendedCodes,
        (dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_TO) -> builder.constants(scale(_.attentionOutput).get),
        (dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_TO) -> builder.integer(CodeScales.Centre)
      )
    }
  }
}

private[onednn] object EncoderBlock {

  /** Largest code without a sign. */
  val LargestU8 = 255f
}
