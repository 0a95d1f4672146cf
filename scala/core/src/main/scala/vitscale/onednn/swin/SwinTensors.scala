package vitscale.onednn.swin

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.library.{Descs, Numbers}
import vitscale.onednn.plan.PlanBuilder

/** The tensors between the layers of a Swin Transformer. All blocks of all stages take the same memory in turn.
  *
  * @param images
  *   of a batch
  */
final private[swin] class SwinTensors(
    builder: PlanBuilder,
    config: SwinConfig,
    val numbers: Numbers,
    images: Int
) {

  private val inputBytes = memory.data_type_size(numbers.inputs)

  /** Memory for what has the most bytes of an image at some stage. */
  private def largest(bytes: SwinStage => Long): memory =
    builder.tensor(data_type.u8, config.stages.map(bytes).max * images)

  private def mapOf(stage: SwinStage): Long = stage.tokens.toLong * stage.channels

  /** Numbers of an image that is cut into windows. */
  private def windowsOf(stage: SwinStage): Long =
    stage.windows(block = 0).count.toLong * stage.area * stage.channels

  /** Numbers of an image whose tokens are merged in fours before a stage. */
  private def mergedOf(stage: SwinStage): Long = if (stage.index == 0) 0L else 2 * mapOf(stage)

  private val residuals = largest(mapOf(_) * FloatBytes)
  private val maps = largest(stage => math.max(mapOf(stage), mergedOf(stage)) * inputBytes)
  private val cut = largest(windowsOf(_) * inputBytes)
  private val wide = largest { stage =>
    val numbersOfInputs = math.max(3 * windowsOf(stage), stage.tokens.toLong * stage.intermediate)
    math.max(numbersOfInputs * inputBytes, mergedOf(stage) * FloatBytes)
  }

  private lazy val results = largest(mapOf(_) * FloatBytes)

  private def FloatBytes = java.lang.Float.BYTES

  private def view(of: memory, elementType: data_type, rows: Int, channels: Int): memory =
    builder.view(Descs.dense(elementType, rows.toLong, channels.toLong), of.get_data_handle())

  /** [rows, channels], float32. */
  def residual(rows: Int, channels: Int): memory = view(residuals, data_type.f32, rows, channels)

  /** What is normalised before it is added to the residual: [rows, channels], float32. */
  def outputs(rows: Int, channels: Int): memory = view(results, data_type.f32, rows, channels)

  /** Tokens that layers take or give, in the order of the map: [rows, channels]. */
  def tokens(rows: Int, channels: Int): memory = view(maps, numbers.inputs, rows, channels)

  /** The same in the order of windows. */
  def windows(rows: Int, channels: Int): memory = view(cut, numbers.inputs, rows, channels)

  /** Queries, keys and values, or what is inside of the feed-forward part: [rows, channels]. It takes the memory of [[merged]]. */
  def inner(rows: Int, channels: Int): memory = view(wide, numbers.inputs, rows, channels)

  /** Four neighbours side by side: [rows, channels], float32. It takes the memory of [[inner]]. */
  def merged(rows: Int, channels: Int): memory = view(wide, data_type.f32, rows, channels)
}
