package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.prop_kind
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{layer_normalization_forward, memory}

import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** Adds layer normalisation to a plan: each row minus its mean, over its standard deviation, times weight, plus bias.
  *
  * @param epsilon
  *   added to the variance
  */
final private[onednn] class LayerNorm(builder: PlanBuilder, pack: WeightPack, epsilon: Float) {

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
    val description = OneDnn.explained(s"compute $name") {
      new layer_normalization_forward.primitive_desc(
        OneDnn.processor,
        prop_kind.forward_inference.value,
        source.get_desc(),
        result.get_desc(),
        Descs.dense(data_type.f32, source.get_desc().get_dims().get(0)),
        epsilon,
        dnnl.dnnl_use_scale | dnnl.dnnl_use_shift,
        attributes,
        false
      )
    }
    val (divisors, shift) = codes.fold((IndexedSeq.empty[Float], 0f))(one => (one.smoothing, -one.inputShift))
    val tensors = Seq(
      dnnl.DNNL_ARG_SRC -> source,
      dnnl.DNNL_ARG_SCALE -> pack.smoothed(s"$name.weight", channels, divisors),
      dnnl.DNNL_ARG_SHIFT -> pack.smoothed(s"$name.bias", channels, divisors, shift),
      dnnl.DNNL_ARG_DST -> result
    )
    val scales =
      codes.map(one => (dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_DST) -> builder.constants(one.source))
    builder.execute(name, description, new layer_normalization_forward(description))(tensors ++ scales: _*)
  }
}
