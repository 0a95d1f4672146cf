package vitscale.onednn.swin

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.{binary, memory}

import vitscale.onednn.library.OneDnn
import vitscale.onednn.plan.PlanBuilder

/** Adds tensors to each other. */
private[swin] object Addition {

  /** @param name
    *   for messages
    * @param sum
    *   [rows, numbers]; the sums replace it
    * @param values
    *   [rows, numbers], or [1, numbers] for all rows
    */
  def add(builder: PlanBuilder, name: String, sum: memory, values: memory): Unit = {
    val description = OneDnn.explained(s"add $name") {
      new binary.primitive_desc(
        OneDnn.processor,
        algorithm.binary_add,
        sum.get_desc(),
        values.get_desc(),
        sum.get_desc(),
        builder.attributes(),
        false
      )
    }
    builder.execute(name, description, new binary(description))(
      dnnl.DNNL_ARG_SRC_0 -> sum,
      dnnl.DNNL_ARG_SRC_1 -> values,
      dnnl.DNNL_ARG_DST -> sum
    )
  }
}
