package vitscale.onednn.swin

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import vitscale.onednn.MadeCheckpoint
import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.Linear

/** Swin Transformers with made weights. */
object SwinModels {

  /** `swin-tiny-patch4-window7-224` with fewer blocks. */
  val Tiny = """"depths": [2, 2, 2, 2]"""

  /** `swin-base-patch4-window12-384` with fewer blocks. */
  val Base = """"embed_dim": 128, "num_heads": [4, 8, 16, 32], "window_size": 12, "depths": [2, 1, 1, 1]"""

  /** `swinv2-tiny-patch4-window8-256` with fewer blocks. */
  val Second =
    """"model_type": "swinv2", "image_size": 256, "window_size": 8, "depths": [2, 2, 2, 2]"""

  def config(settings: String, side: Int = 224, file: Path): SwinConfig = {
    val model = if (settings.contains("model_type")) settings else s""""model_type": "swin", $settings"""
    Files.write(file, s"{$model}".getBytes(UTF_8))
    SwinConfig.of(Settings.of(file), classes = 1000, input = (side, side))
  }

  /** Writes `config.json` and a checkpoint.
    *
    * @param side
    *   of the images, in pixels
    * @param weight
    *   the value of each weight by its number
    */
  def write(folder: Path, settings: String, side: Int = 224, weight: Int => Float = _ => 0f): SwinConfig = {
    val made = config(settings, side, folder.resolve("config.json"))
    MadeCheckpoint.write(folder, tensors(made), weight)
    made
  }

  private def tensors(config: SwinConfig): Map[String, Seq[Long]] = {
    val first = config.stages.head
    val embedding = of(SwinWeights.patches(config)) ++
      MadeCheckpoint.norm(SwinWeights.normOfPatches(config), first.channels) ++
      Seq(SwinWeights.positions(config) -> Seq(1L, first.tokens.toLong, first.channels.toLong))
    val blocks =
      for (stage <- config.stages; index <- 0 until stage.blocks; one <- block(config, stage, index))
        yield one
    val merging = config.stages.init.flatMap { stage =>
      of(SwinWeights.reduction(config, stage)) ++ MadeCheckpoint.norm(
        SwinWeights.mergingNorm(config, stage),
        (if (config.isSecond) 2 else 4) * stage.channels
      )
    }
    val head = MadeCheckpoint.norm(SwinWeights.lastNorm(config), config.features) ++
      MadeCheckpoint.linear("classifier", Seq(config.classes.toLong, config.features.toLong))
    (embedding ++ blocks ++ merging ++ head).toMap
  }

  private def block(config: SwinConfig, stage: SwinStage, index: Int): Seq[(String, Seq[Long])] = {
    val weights = new SwinWeights(config, stage, index)
    Seq(weights.normBeforeAttention, weights.normBeforeFeedForward)
      .flatMap(MadeCheckpoint.norm(_, stage.channels)) ++
      Seq(weights.queryKeyValue, weights.attentionOutput, weights.feedForwardIn, weights.feedForwardOut)
        .flatMap(of) ++ positions(weights, stage)
  }

  private def positions(weights: SwinWeights, stage: SwinStage): Seq[(String, Seq[Long])] = {
    val (heads, distances) = (stage.heads.toLong, (2L * stage.window - 1) * (2L * stage.window - 1))
    MadeCheckpoint.linear(s"${weights.positionNetwork}.0", Seq(512L, 2L)) ++
      MadeCheckpoint.linear(s"${weights.positionNetwork}.2", Seq(heads, 512L)) ++
      Seq(weights.logitScale -> Seq(heads, 1L, 1L), weights.relativePositions -> Seq(distances, heads))
  }

  private def of(layer: Linear): Seq[(String, Seq[Long])] =
    layer.parts.flatMap(MadeCheckpoint.linear(_, layer.weightShape))
}
