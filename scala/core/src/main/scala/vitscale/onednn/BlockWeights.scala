package vitscale.onednn

/** Names and shapes of what a block of the encoder has in the checkpoint (Transformers' `modeling_vit.py`). */
final private[onednn] class BlockWeights(config: VitConfig, val index: Int) {

  private val name = s"vit.encoder.layer.$index"
  private val (hidden, wide) = (config.hidden.toLong, config.intermediate.toLong)

  val normBeforeAttention: String = s"$name.layernorm_before"
  val normBeforeFeedForward: String = s"$name.layernorm_after"

  val queryKeyValue: Linear = Linear(
    Seq("query", "key", "value").map(part => s"$name.attention.attention.$part"),
    Seq(hidden, hidden),
    config.hasQkvBias
  )
  val attentionOutput: Linear = Linear(Seq(s"$name.attention.output.dense"), Seq(hidden, hidden))
  val feedForwardIn: Linear = Linear(Seq(s"$name.intermediate.dense"), Seq(wide, hidden))
  val feedForwardOut: Linear = Linear(Seq(s"$name.output.dense"), Seq(hidden, wide))
}
