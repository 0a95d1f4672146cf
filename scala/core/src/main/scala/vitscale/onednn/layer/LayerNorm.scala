package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory

import vitscale.onednn.plan.PlanBuilder

/** Adds layer normalisation to a plan: each row minus its mean, over its standard deviation, times weight, plus bias.
  *
  * Source: Ba et al. 2016, "Layer Normalization", equation 4.
  *
  * @param epsilon
  *   added to the variance
  */
final private[onednn] class LayerNorm(builder: PlanBuilder, pack: WeightPack, epsilon: Float) {

  private val normalisation =
    new Normalisation(builder, dnnl.dnnl_use_scale | dnnl.dnnl_use_shift, epsilon)

  /** @param name
    *   its name in the checkpoint
    * @param source
    *   [rows, channels], float32
    * @param result
    *   [rows, channels]
    * @param codes
    *   how the layer behind it takes the results, where they are codes
    */
  def add(name: String, source: memory, result: memory, codes: Option[CodeScales]): Unit = {
    val channels = source.get_desc().get_dims().get(1).toInt
    val attributes = builder.attributes()
    codes.foreach(_ => attributes.set_scales_mask(dnnl.DNNL_ARG_DST, 0))
    val (divisors, shift) = codes.fold((IndexedSeq.empty[Float], 0f))(one => (one.smoothing, -one.inputShift))
    val weights = Seq(
      dnnl.DNNL_ARG_SCALE -> pack.smoothed(s"$name.weight", channels, divisors),
      dnnl.DNNL_ARG_SHIFT -> pack.smoothed(s"$name.bias", channels, divisors, shift)
    )
    val scales =
      codes.map(one => (dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_DST) -> builder.constants(one.source))
    normalisation.add(name, source, result, attributes, weights ++ scales)
  }
}
