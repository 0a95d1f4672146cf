package vitscale.onednn.vit

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.{memory, post_ops}

import vitscale.onednn.layer.LinearLayers
import vitscale.onednn.library.{Descs, Numbers}
import vitscale.onednn.plan.PlanBuilder

/** Adds the feed-forward part of a block to a plan: two linear layers with an activation function between them.
  *
  * With a gate (SwiGLU) a second layer over the same input multiplies the activations. Source: Shazeer 2020, "GLU Variants
  * Improve Transformer", equation 6. All blocks share the tensors between their layers.
  *
  * @param most
  *   largest number of rows
  */
final private[onednn] class FeedForward(
    builder: PlanBuilder,
    linear: LinearLayers,
    config: VitConfig,
    numbers: Numbers,
    most: Long
) {

  private val wide = config.intermediate.toLong
  private val hidden = builder.tensor(numbers.inputs, most, wide)
  private val factors = if (config.isGated) Some(builder.tensor(numbers.other, most, wide)) else None

  /** @param source
    *   [rows, hidden], the normalised tokens
    * @param result
    *   [rows, hidden], float32; the results are added to it
    * @param observe
    *   looks at the inputs of the second layer
    */
  def add(weights: BlockWeights, codes: BlockCodes, rows: Int, source: memory, result: memory)(
      observe: memory => Unit
  ): Unit = {
    val activated = builder.view(Descs.dense(numbers.inputs, rows.toLong, wide), hidden.get_data_handle())
    val input = codes.feedForwardInput.map(_.copy(result = codes.feedForwardHidden.map(_.source)))
    val after = config.activation.applied
    val factor = factors.map(tensor => multiply(weights, codes, rows, source, tensor, after))
    codes.feedForwardHidden.foreach(one =>
      after.append_eltwise(algorithm.eltwise_linear, 1f, -one.inputShift)
    )
    linear.add(
      if (config.isGated) weights.gate else weights.feedForwardIn,
      numbers.weights,
      source,
      activated,
      input,
      Some(after),
      extra = factor.map(FeedForward.SecondPostOp -> _).toSeq
    )
    observe(activated)
    linear.add(
      weights.feedForwardOut,
      numbers.weights,
      activated,
      result,
      codes.feedForwardHidden,
      Some(LinearLayers.sum)
    )
  }

  /** Computes what the activations are multiplied with, and appends the product to what is done with them. */
  private def multiply(
      weights: BlockWeights,
      codes: BlockCodes,
      rows: Int,
      source: memory,
      tensor: memory,
      after: post_ops
  ): memory = {
    val factor = builder.view(Descs.dense(numbers.other, rows.toLong, wide), tensor.get_data_handle())
    linear.add(weights.factor, numbers.weights, source, factor, codes.feedForwardInput)
    after.append_binary(algorithm.binary_mul, factor.get_desc())
    factor
  }
}

private[onednn] object FeedForward {

  /** The tensor that the second operation behind a primitive takes (`DNNL_ARG_ATTR_MULTIPLE_POST_OP`). */
  private val SecondPostOp = dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 2 | dnnl.DNNL_ARG_SRC_1
}
