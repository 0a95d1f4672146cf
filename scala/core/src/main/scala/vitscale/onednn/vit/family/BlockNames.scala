package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings

/** How the tensors of a block of the encoder are called behind the block's own prefix.
  *
  * @param prefix
  *   what is before the block's number
  * @param queryKeyValue
  *   the three linear layers before the attention, or one whose rows are those of all three
  * @param unbiased
  *   those of them that have no bias
  * @param feedForwardIn
  *   the first linear layer of the feed-forward block; a gated one holds the gate's rows, then the factor's
  * @param isGated
  *   whether the feed-forward block multiplies its activations with a second linear layer (SwiGLU)
  * @param layerScales
  *   factors of each channel behind the attention and the feed-forward block, if there are such
  * @param relativePositions
  *   table of what is added to the attention scores of this block, by the distance of two patches, if there is one
  * @param sharedRelativePositions
  *   the same for all blocks, with its whole name
  */
final private[onednn] case class BlockNames(
    prefix: String,
    normBeforeAttention: String,
    queryKeyValue: Seq[String],
    attentionOutput: String,
    normBeforeFeedForward: String,
    feedForwardIn: String,
    feedForwardOut: String,
    unbiased: Set[String] = Set.empty,
    isGated: Boolean = false,
    layerScales: Option[(String, String)] = None,
    relativePositions: Option[String] = None,
    sharedRelativePositions: Option[String] = None
) {

  /** The same where `qkv_bias` says that queries, keys and values have no bias. */
  def withBiasOf(settings: Settings): BlockNames =
    if (settings.flag("qkv_bias", default = true)) this else copy(unbiased = queryKeyValue.toSet)
}

private[onednn] object BlockNames {

  /** Queries, keys and values. */
  val Fused = 3

  private val SelfAttention = Seq("query", "key", "value").map(part => s"attention.attention.$part")

  /** As checkpoints of ViT and its nearest relatives call them, on the hub and from `save_pretrained`. */
  def ofVit(root: String): BlockNames = BlockNames(
    prefix = s"$root.encoder.layer",
    normBeforeAttention = "layernorm_before",
    queryKeyValue = SelfAttention,
    attentionOutput = "attention.output.dense",
    normBeforeFeedForward = "layernorm_after",
    feedForwardIn = "intermediate.dense",
    feedForwardOut = "output.dense"
  )

  /** As checkpoints of DINOv2 call them. */
  def ofDinov2(root: String): BlockNames = BlockNames(
    prefix = s"$root.encoder.layer",
    normBeforeAttention = "norm1",
    queryKeyValue = SelfAttention,
    attentionOutput = "attention.output.dense",
    normBeforeFeedForward = "norm2",
    feedForwardIn = "mlp.fc1",
    feedForwardOut = "mlp.fc2",
    layerScales = Some(("layer_scale1.lambda1", "layer_scale2.lambda1"))
  )

  /** As timm's checkpoints call them. */
  def ofTimm(root: String): BlockNames = BlockNames(
    prefix = s"$root.blocks",
    normBeforeAttention = "norm1",
    queryKeyValue = Seq("attn.qkv"),
    attentionOutput = "attn.proj",
    normBeforeFeedForward = "norm2",
    feedForwardIn = "mlp.fc1",
    feedForwardOut = "mlp.fc2"
  )

  /** As the image encoders of CLIP and SigLIP call them in checkpoints. */
  def ofClip(root: String): BlockNames = BlockNames(
    prefix = s"$root.encoder.layers",
    normBeforeAttention = "layer_norm1",
    queryKeyValue = Seq("q_proj", "k_proj", "v_proj").map(part => s"self_attn.$part"),
    attentionOutput = "self_attn.out_proj",
    normBeforeFeedForward = "layer_norm2",
    feedForwardIn = "mlp.fc1",
    feedForwardOut = "mlp.fc2"
  )
}
