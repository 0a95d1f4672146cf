package vitscale.onednn.vit

import vitscale.onednn.int8.Int8Scales
import vitscale.onednn.layer.WeightPack
import vitscale.onednn.library.Numbers
import vitscale.onednn.pass.{Architecture, BatchPlan, Plans, SplitPlan}

/** Plans of a ViT.
  *
  * @param scales
  *   for int8 alone
  */
final private[onednn] class VitPlans(
    config: VitConfig,
    pack: WeightPack,
    numbers: Numbers,
    scales: Option[Int8Scales]
) extends Plans {

  override def architecture: Architecture = config

  override def whole(images: Int): BatchPlan = VitPlan.build(config, pack, numbers, images, scales)

  override def cores(wanted: Int): Int = VitSplitPlan.threads(config, wanted)

  override def split(cores: Int): SplitPlan = VitSplitPlan.build(config, pack, numbers, cores, scales)
}
