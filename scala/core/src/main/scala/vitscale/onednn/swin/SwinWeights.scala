package vitscale.onednn.swin

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.Linear

/** Names and shapes of what a block has in the checkpoint. */
final private[swin] class SwinWeights(config: SwinConfig, stage: SwinStage, block: Int) {

  private val (channels, wide) = (stage.channels.toLong, stage.intermediate.toLong)

  private def named(part: String): String =
    s"${SwinWeights.root(config)}.encoder.layers.${stage.index}.blocks.$block.$part"

  val normBeforeAttention: String = named("layernorm_before")
  val normBeforeFeedForward: String = named("layernorm_after")

  private val Seq(query, key, value) =
    Seq("query", "key", "value").map(part => named(s"attention.self.$part"))

  /** Those of the three that have no bias. */
  private val unbiased =
    if (!config.hasQkvBias) Set(query, key, value) else if (config.isSecond) Set(key) else Set.empty[String]

  val queryKeyValue: Linear = Linear(Seq(query, key, value), Seq(channels, channels), unbiased)
  val queryKey: Linear = Linear(Seq(query, key), Seq(channels, channels), unbiased)
  val values: Linear = Linear(Seq(value), Seq(channels, channels), unbiased)

  val attentionOutput: Linear = Linear(Seq(named("attention.output.dense")), Seq(channels, channels))
  val feedForwardIn: Linear = Linear(Seq(named("intermediate.dense")), Seq(wide, channels))
  val feedForwardOut: Linear = Linear(Seq(named("output.dense")), Seq(channels, wide))

  /** Table of what is added to the attention scores, by the distance of two tokens. */
  val relativePositions: String = named("attention.self.relative_position_bias_table")

  /** The network that computes such a table in Swin Transformer V2, and logarithms of what cosines are multiplied with. */
  val positionNetwork: String = named("attention.self.continuous_position_bias_mlp")
  val logitScale: String = named("attention.self.logit_scale")
}

/** The same outside of the blocks. */
private[swin] object SwinWeights {

  private def root(config: SwinConfig): String =
    if (config.isSecond) SwinConfig.SecondModelType else SwinConfig.ModelType

  def normOfPatches(config: SwinConfig): String = s"${root(config)}.embeddings.norm"
  def positions(config: SwinConfig): String = s"${root(config)}.embeddings.position_embeddings"
  def lastNorm(config: SwinConfig): String = s"${root(config)}.layernorm"

  def patches(config: SwinConfig): Linear = Linear(
    Seq(s"${root(config)}.embeddings.patch_embeddings.projection"),
    Seq(config.stages.head.channels, Settings.Channels, config.patchHeight, config.patchWidth)
      .map(_.toLong)
  )

  /** Layer normalisation and linear layer of patch merging behind a stage. */
  def mergingNorm(config: SwinConfig, stage: SwinStage): String = s"${merging(config, stage)}.norm"
  def reduction(config: SwinConfig, stage: SwinStage): Linear = {
    val name = s"${merging(config, stage)}.reduction"
    Linear(Seq(name), Seq(2L * stage.channels, 4L * stage.channels), unbiased = Set(name))
  }

  private def merging(config: SwinConfig, stage: SwinStage) =
    s"${root(config)}.encoder.layers.${stage.index}.downsample"
}
