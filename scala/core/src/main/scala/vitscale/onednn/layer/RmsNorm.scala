package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory

import vitscale.onednn.plan.PlanBuilder

/** Adds normalisation by the root mean square to a plan: each row over the root of the mean of its squares, without weights.
  *
  * Source: Zhang and Sennrich 2019, "Root Mean Square Layer Normalization", equation 4.
  *
  * @param epsilon
  *   added to the mean of the squares
  */
final private[onednn] class RmsNorm(builder: PlanBuilder, epsilon: Float) {

  private val normalisation = new Normalisation(builder, dnnl.dnnl_rms_norm, epsilon)

  /** @param rows
    *   [rows, channels], float32; the results replace them
    */
  def add(name: String, rows: memory): Unit = normalisation.add(name, rows, rows, builder.attributes())
}
