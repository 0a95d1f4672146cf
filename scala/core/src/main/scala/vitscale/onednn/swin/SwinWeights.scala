package vitscale.onednn.swin

import vitscale.onednn.{Architecture, Linear}

/** Names and shapes of what a block has in the checkpoint. */
final private[swin] class SwinWeights(config: SwinConfig, stage: SwinStage, block: Int) {

  private val (channels, wide) = (stage.channels.toLong, stage.intermediate.toLong)

  private def named(part: String): String = s"swin.encoder.layers.${stage.index}.blocks.$block.$part"

  val normBeforeAttention: String = named("layernorm_before")
  val normBeforeFeedForward: String = named("layernorm_after")

  val queryKeyValue: Linear = {
    val parts = Seq("query", "key", "value").map(part => named(s"attention.self.$part"))
    Linear(parts, Seq(channels, channels), unbiased = if (config.hasQkvBias) Set.empty else parts.toSet)
  }
  val attentionOutput: Linear = Linear(Seq(named("attention.output.dense")), Seq(channels, channels))
  val feedForwardIn: Linear = Linear(Seq(named("intermediate.dense")), Seq(wide, channels))
  val feedForwardOut: Linear = Linear(Seq(named("output.dense")), Seq(channels, wide))

  /** Table of what is added to the attention scores, by the distance of two tokens. */
  val relativePositions: String = named("attention.self.relative_position_bias_table")
}

/** The same outside of the blocks. */
private[swin] object SwinWeights {

  val normOfPatches = "swin.embeddings.norm"
  val positions = "swin.embeddings.position_embeddings"
  val lastNorm = "swin.layernorm"

  def patches(config: SwinConfig): Linear = Linear(
    Seq("swin.embeddings.patch_embeddings.projection"),
    Seq(config.stages.head.channels, Architecture.Channels, config.patchHeight, config.patchWidth)
      .map(_.toLong)
  )

  /** Layer normalisation and linear layer of patch merging behind a stage. */
  def mergingNorm(stage: SwinStage): String = s"${merging(stage)}.norm"
  def reduction(stage: SwinStage): Linear = {
    val name = s"${merging(stage)}.reduction"
    Linear(Seq(name), Seq(2L * stage.channels, 4L * stage.channels), unbiased = Set(name))
  }

  private def merging(stage: SwinStage) = s"swin.encoder.layers.${stage.index}.downsample"
}
