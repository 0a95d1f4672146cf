package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.prop_kind
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{layer_normalization_forward, memory, primitive_attr}

import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** Adds oneDNN's normalisation of rows to a plan.
  *
  * @param flags
  *   what oneDNN computes, `dnnl_normalization_flags_t`
  * @param epsilon
  *   added to the variance, or to the mean of the squares
  */
final private[layer] class Normalisation(builder: PlanBuilder, flags: Int, epsilon: Float) {

  /** @param source
    *   [rows, channels], float32
    * @param result
    *   [rows, channels]; it may be the source
    * @param tensors
    *   further tensors of the primitive
    */
  def add(
      name: String,
      source: memory,
      result: memory,
      attributes: primitive_attr,
      tensors: Seq[(Int, memory)] = Seq.empty
  ): Unit = {
    val description = OneDnn.explained(s"compute $name") {
      new layer_normalization_forward.primitive_desc(
        OneDnn.processor,
        prop_kind.forward_inference.value,
        source.get_desc(),
        result.get_desc(),
        Descs.dense(data_type.f32, source.get_desc().get_dims().get(0)),
        epsilon,
        flags,
        attributes,
        false
      )
    }
    val ends = Seq(dnnl.DNNL_ARG_SRC -> source, dnnl.DNNL_ARG_DST -> result)
    builder.execute(name, description, new layer_normalization_forward(description))(ends ++ tensors: _*)
  }
}
