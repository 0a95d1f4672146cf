package vitscale.onednn.pass

/** Builds the plans of an open model. */
private[onednn] trait Plans {

  def architecture: Architecture

  /** For a batch on one core.
    *
    * @throws vitscale.ModelException
    *   if weights are missing or have another shape, or oneDNN lacks a primitive
    */
  def whole(images: Int): BatchPlan

  /** The number of cores among which an image can be divided, at most `wanted`. */
  def cores(wanted: Int): Int

  /** For one image on several cores, as many as [[cores]] gives, at least two. */
  def split(cores: Int): SplitPlan
}

/** Plans of a model whose images are not divided among cores.
  *
  * @param build
  *   makes the plan of a batch size
  */
final private[onednn] class WholePlans(override val architecture: Architecture, build: Int => BatchPlan)
    extends Plans {

  override def whole(images: Int): BatchPlan = build(images)

  override def cores(wanted: Int): Int = 1

  override def split(cores: Int): SplitPlan =
    throw new UnsupportedOperationException("images of this model are not divided among cores")
}
