package vitscale.onednn.vit

import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.WeightPack
import vitscale.onednn.pass.{Architecture, BatchPlan, Plans, SplitPlan}

/** Plans of a ViT. */
final private[onednn] class VitPlans(config: VitConfig, pack: WeightPack, precision: MixedPrecision)
    extends Plans {

  override def architecture: Architecture = config

  override def whole(images: Int): BatchPlan = VitPlan.build(config, pack, precision, images)

  /** Merging needs all tokens of an image. */
  override def cores(wanted: Int): Int =
    if (config.merges.isEmpty) VitSplitPlan.threads(config, wanted) else 1

  override def split(cores: Int): SplitPlan = VitSplitPlan.build(config, pack, precision, cores)
}
