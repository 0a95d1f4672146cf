package vitscale.onednn.convnext

import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.{DepthwiseConvolution, LayerNorm, Linear, LinearLayers, WeightPack}
import vitscale.onednn.library.{Descs, Numbers}
import vitscale.onednn.plan.PlanBuilder

/** Adds blocks of a stage to a plan: x + factors * out(activation(in(norm(depthwise(x))))).
  *
  * Weights take up the factors (layer scale), so these cost nothing. Behind the convolution rows do not see each other, so some
  * rows after the other go through both linear layers, and the wide activations between them stay in the cache. All blocks of a
  * stage share the tensors between their layers.
  */
final private[convnext] class ConvNextBlock(
    builder: PlanBuilder,
    pack: WeightPack,
    config: ConvNextConfig,
    numbers: Numbers,
    stage: ConvNextStage,
    images: Int
) {
  private val (channels, wide) = (stage.channels.toLong, 4L * stage.channels)
  private val rows = images.toLong * stage.height * stage.width
  private val most = ConvNextBlock.rowsAtATime(wide).min(rows)

  private val convolution = new DepthwiseConvolution(builder, pack)
  private val layerNorm = new LayerNorm(builder, pack, ConvNextBlock.Epsilon)
  private val linear = new LinearLayers(builder, pack)

  private val convolved = builder.tensor(data_type.f32, rows, channels)
  private val normalised = builder.tensor(numbers.inputs, most, channels)
  private val activated = builder.tensor(numbers.inputs, most, wide)

  /** @param index
    *   number of the block in its stage
    * @param tokens
    *   [images * height * width, channels], float32; the results take their place
    */
  def add(index: Int, tokens: memory): Unit = {
    val name = s"${ConvNextBlock.stage(stage)}.layers.$index"
    convolution.add(
      s"$name.dwconv",
      ConvNextBlock.Kernel,
      maps(tokens),
      maps(convolved)
    )
    (0L until rows by most).foreach { first =>
      addRows(name, tokens, first, most.min(rows - first))
    }
  }

  private def addRows(name: String, tokens: memory, first: Long, count: Long): Unit = {
    def part(of: memory, elementType: data_type, width: Long, from: Long) =
      builder.view(
        Descs.dense(elementType, count, width),
        Descs.pointer(of, elementType, from * width)
      )
    val input = part(normalised, numbers.inputs, channels, 0)
    val hidden = part(activated, numbers.inputs, wide, 0)
    layerNorm.add(s"$name.layernorm", part(convolved, data_type.f32, channels, first), input, codes = None)
    linear.add(
      Linear(Seq(s"$name.pwconv1"), Seq(wide, channels)),
      numbers.weights,
      input,
      hidden,
      after = Some(config.activation.applied)
    )
    val factors = if (config.scalesLayers) Some(s"$name.layer_scale_parameter") else None
    linear.add(
      Linear(Seq(s"$name.pwconv2"), Seq(channels, wide), outputFactors = factors),
      numbers.weights,
      hidden,
      part(tokens, data_type.f32, channels, first),
      after = Some(LinearLayers.sum)
    )
  }

  /** Rows of tokens as maps whose channels are innermost. */
  private def maps(tokens: memory): memory = {
    val (height, width) = (stage.height.toLong, stage.width.toLong)
    val description = Descs.strided(
      data_type.f32,
      Seq(images.toLong, channels, height, width),
      Seq(height * width * channels, 1L, width * channels, channels)
    )
    builder.view(description, tokens.get_data_handle())
  }
}

private[convnext] object ConvNextBlock {

  /** Added to the variance, whatever `layer_norm_eps` says (`ConvNextLayer`). */
  val Epsilon = 1e-6f

  /** Height and width of the depthwise kernels. */
  private val Kernel = 7

  /** Names of a stage's tensors begin so. */
  def stage(of: ConvNextStage): String = s"convnext.encoder.stages.${of.index}"

  /** So many that their wide activations take half of a core's cache of 2 MB, but no fewer than pay for reading the weights. */
  private def rowsAtATime(wide: Long): Long = ((1L << 18) / wide).max(256)
}
