package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory.{data_type, desc}
import org.bytedeco.dnnl.{matmul, memory, post_ops}

import vitscale.onednn.checkpoint.RowRange
import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** A linear layer of the model, y = x W^T^ + b, or several over the same input whose outputs lie side by side.
  *
  * @param parts
  *   names of the layers in the checkpoint, without `.weight` and `.bias`
  * @param weightShape
  *   shape of one part's weight in the checkpoint; the first dimension counts outputs
  * @param unbiased
  *   parts for which the checkpoint holds no bias
  * @param outputFactors
  *   a vector of the checkpoint that the results are multiplied with, if there is one; weights and bias take it up
  * @param rows
  *   the outputs that are computed; all of them by default
  */
final private[onednn] case class Linear(
    parts: Seq[String],
    weightShape: Seq[Long],
    unbiased: Set[String] = Set.empty,
    outputFactors: Option[String] = None,
    rows: Option[RowRange] = None
) {
  val outputsOfPart: Int = rows.fold(weightShape.head.toInt)(_.count)
  val inputs: Int = weightShape.tail.product.toInt
  val outputs: Int = outputsOfPart * parts.size

  /** Number of all its weights. */
  val weights: Int = Math.multiplyExact(outputs, inputs)
  val name: String = parts.mkString("+") + rows.fold("")(part => s"[${part.first}+${part.count}]")
}

/** How a linear layer is computed on 8-bit codes: value = code * scale.
  *
  * @param source
  *   scale of its inputs
  * @param result
  *   scale of its results, where they become codes too
  * @param inputShift
  *   what is to be added to the value of each input code; the bias takes it up, so it costs nothing
  * @param smoothing
  *   what each input channel was divided by, see `BlockScales`; the weights take it up. Empty for nothing.
  */
final private[onednn] case class CodeScales(
    source: Float,
    result: Option[Float] = None,
    inputShift: Float = 0f,
    smoothing: IndexedSeq[Float] = IndexedSeq.empty
)

private[onednn] object CodeScales {

  /** Code of the value 0, where values lie on both sides of it. */
  val Centre = 128

  /** For inputs on both sides of 0. */
  def centred(source: Float): CodeScales = CodeScales(source, inputShift = -Centre * source)
}

/** Adds linear layers to a plan. */
final private[onednn] class LinearLayers(builder: PlanBuilder, pack: WeightPack) {

  /** @param layer
    *   read from the checkpoint when no other plan has done so
    * @param weightType
    *   type of the weights: f32, bf16 or s8
    * @param source
    *   [rows, inputs]
    * @param result
    *   [rows, outputs]
    * @param scales
    *   for s8 weights alone
    * @param after
    *   what is done with the results before they are written
    * @param extra
    *   tensors that `after` needs
    */
  def add(
      layer: Linear,
      weightType: data_type,
      source: memory,
      result: memory,
      scales: Option[CodeScales] = None,
      after: Option[post_ops] = None,
      extra: Seq[(Int, memory)] = Seq.empty
  ): Unit = {
    val description = describe(layer, weightType, source, result, scales, after)
    val weights = pack.weights(layer, weightType, description.weights_desc(), smoothingOf(scales))
    val scaleTensors = scales.toSeq.flatMap { codes =>
      Seq(
        scaleOf(dnnl.DNNL_ARG_WEIGHTS) -> pack.weightScales(layer),
        scaleOf(dnnl.DNNL_ARG_SRC) -> builder.constants(codes.source)
      ) ++ codes.result.map(scale => scaleOf(dnnl.DNNL_ARG_DST) -> builder.constants(scale))
    }
    val tensors = Seq(
      dnnl.DNNL_ARG_SRC -> source,
      dnnl.DNNL_ARG_WEIGHTS -> weights,
      dnnl.DNNL_ARG_BIAS -> pack.bias(layer, scales.fold(0f)(_.inputShift)),
      dnnl.DNNL_ARG_DST -> result
    )
    builder.execute(layer.name, description, new matmul(description))(tensors ++ scaleTensors ++ extra: _*)
  }

  /** Plans for other batch sizes take the weights as they are packed, unless that would be slow. */
  private def describe(
      layer: Linear,
      weightType: data_type,
      source: memory,
      result: memory,
      scales: Option[CodeScales],
      after: Option[post_ops]
  ): matmul.primitive_desc = {
    val attributes = builder.attributes()
    scales.foreach { codes =>
      attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, LinearLayers.PerOutput)
      attributes.set_scales_mask(dnnl.DNNL_ARG_SRC, 0)
      if (codes.result.isDefined) attributes.set_scales_mask(dnnl.DNNL_ARG_DST, 0)
    }
    after.foreach(attributes.set_post_ops)
    val bias = Descs.dense(data_type.f32, 1L, layer.outputs.toLong)
    def of(weights: desc, allowEmpty: Boolean): matmul.primitive_desc =
      new matmul.primitive_desc(
        OneDnn.processor,
        source.get_desc(),
        weights,
        bias,
        result.get_desc(),
        attributes,
        allowEmpty
      )
    def chosen: matmul.primitive_desc = OneDnn.explained(s"compute ${layer.name}") {
      of(Descs.any(weightType, layer.inputs.toLong, layer.outputs.toLong), allowEmpty = false)
    }
    pack.layout(layer, weightType).map(of(_, allowEmpty = true)).filter(isFast).getOrElse(chosen)
  }

  private def isFast(description: matmul.primitive_desc): Boolean =
    description.get(true) != null && !description.impl_info_str().getString.contains("ref")

  private def smoothingOf(scales: Option[CodeScales]): IndexedSeq[Float] =
    scales.fold(IndexedSeq.empty[Float])(_.smoothing)

  private def scaleOf(argument: Int): Int = dnnl.DNNL_ARG_ATTR_SCALES | argument
}

private[onednn] object LinearLayers {

  /** Lets a primitive add its results to the destination instead of replacing it. */
  def sum: post_ops = {
    val made = new post_ops()
    made.append_sum()
    made
  }

  /** Mask of oneDNN for a scale of each column of the weights. */
  private val PerOutput = 1 << 1
}
