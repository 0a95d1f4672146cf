package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.{algorithm, prop_kind}
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{convolution_forward, memory}

import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** Adds convolutions to a plan that keep the size of a map, and see one channel each. */
final private[onednn] class DepthwiseConvolution(builder: PlanBuilder, pack: WeightPack) {

  /** @param name
    *   its name in the checkpoint, without `.weight` and `.bias`
    * @param edge
    *   height and width of the kernel, an odd number
    * @param source
    *   [images, channels, height, width], float32
    * @param result
    *   of the same shape
    */
  def add(name: String, edge: Int, source: memory, result: memory): Unit = {
    val channels = source.get_desc().get_dims().get(1)
    val kernel = Seq(1L, 1L, edge.toLong, edge.toLong)
    val padding = Array.fill(2)(edge / 2L)
    val description = OneDnn.explained(s"compute $name") {
      new convolution_forward.primitive_desc(
        OneDnn.processor,
        prop_kind.forward_inference,
        algorithm.convolution_direct,
        source.get_desc(),
        Descs.any(data_type.f32, channels +: kernel: _*),
        Descs.dense(data_type.f32, channels),
        result.get_desc(),
        Array(1L, 1L),
        padding,
        padding,
        builder.attributes(),
        false
      )
    }
    val weights =
      pack.kernel(s"$name.weight", channels +: kernel.tail, channels +: kernel, description.weights_desc())
    builder.execute(name, description, new convolution_forward(description))(
      dnnl.DNNL_ARG_SRC -> source,
      dnnl.DNNL_ARG_WEIGHTS -> weights,
      dnnl.DNNL_ARG_BIAS -> pack.vector(s"$name.bias", Seq(channels)),
      dnnl.DNNL_ARG_DST -> result
    )
  }
}
