package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.{matmul, memory, post_ops}

import vitscale.onednn.library.OneDnn
import vitscale.onednn.plan.PlanBuilder

/** Adds products of matrices to a plan whose both factors depend on the images. */
final private[onednn] class Product(builder: PlanBuilder) {

  /** @param left
    *   [..., rows, inner]
    * @param right
    *   [..., inner, columns]
    * @param result
    *   [..., rows, columns]
    * @param scale
    *   one number that multiplies the results
    * @param after
    *   operations with other tensors, in this order
    */
  def add(
      name: String,
      left: memory,
      right: memory,
      result: memory,
      scale: Option[memory] = None,
      after: Seq[(memory, algorithm)] = Seq.empty
  ): Unit = {
    val attributes = builder.attributes()
    scale.foreach(_ => attributes.set_scales_mask(dnnl.DNNL_ARG_SRC, 0))
    if (after.nonEmpty) attributes.set_post_ops(Product.binary(after))
    val description = OneDnn.explained(s"compute $name") {
      new matmul.primitive_desc(
        OneDnn.processor,
        left.get_desc(),
        right.get_desc(),
        result.get_desc(),
        attributes,
        false
      )
    }
    val tensors =
      Seq(dnnl.DNNL_ARG_SRC -> left, dnnl.DNNL_ARG_WEIGHTS -> right, dnnl.DNNL_ARG_DST -> result)
    val scales = scale.map((dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC) -> _)
    val extra = after.zipWithIndex.map { case ((values, _), place) =>
      (dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (place + 1) | dnnl.DNNL_ARG_SRC_1) -> values
    }
    builder.execute(name, description, new matmul(description))(tensors ++ scales ++ extra: _*)
  }
}

private object Product {

  private def binary(operations: Seq[(memory, algorithm)]): post_ops = {
    val made = new post_ops()
    operations.foreach { case (values, operation) => made.append_binary(operation, values.get_desc()) }
    made
  }
}
