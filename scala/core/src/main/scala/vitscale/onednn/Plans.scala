package vitscale.onednn

/** Builds the plans of an open model.
  *
  * @param scales
  *   for int8 alone
  */
final private[onednn] class Plans(
    val config: VitConfig,
    pack: WeightPack,
    numbers: Numbers,
    scales: Option[Int8Scales]
) {

  /** For a batch on one core. */
  def whole(images: Int): VitPlan = VitPlan.build(config, pack, numbers, images, scales)

  /** For one image on several cores. */
  def split(threads: Int): SplitPlan = SplitPlan.build(config, pack, numbers, threads, scales)
}
