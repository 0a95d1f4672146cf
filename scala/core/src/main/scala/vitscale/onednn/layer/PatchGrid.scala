package vitscale.onednn.layer

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.{data_type, desc}
import org.bytedeco.javacpp.Pointer

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** Maps of channels that are cut into patches which do not overlap. Numbers beyond the last whole patch are not read, as in a
  * convolution without padding.
  *
  * A convolution whose stride is its kernel is a linear layer over such patches.
  *
  * @param height
  *   height and width of a map, in pixels or tokens
  */
final private[onednn] case class PatchGrid(
    images: Int,
    channels: Int,
    height: Int,
    width: Int,
    patchHeight: Int,
    patchWidth: Int
) {

  /** Patches in a column, and in a row. */
  val rows: Int = height / patchHeight
  val columns: Int = width / patchWidth

  /** Patches of one image. */
  val patches: Int = rows * columns

  /** Numbers of one patch. */
  val patchSize: Int = channels * patchHeight * patchWidth

  /** The tensor of pixels, float32 [images, 3, height, width], without memory until a run names it. */
  def unplacedPixels(builder: PlanBuilder): memory = builder.view(ofPlanes(data_type.f32), null: Pointer)

  /** Maps with one plane behind the other: [images, channels, height, width]. */
  private def ofPlanes(elementType: data_type): desc =
    described(elementType, pixel = 1L, channel = height.toLong * width)

  /** Maps with the channels of each token side by side: [images, height, width, channels]. */
  def ofTokens(elementType: data_type): desc =
    described(elementType, pixel = channels.toLong, channel = 1L)

  /** Numbers by image, row and column of the patch, and channel, row and column inside of it. */
  private def described(elementType: data_type, pixel: Long, channel: Long): desc = {
    val row = width * pixel
    Descs.strided(
      elementType,
      dims,
      Seq(channels.toLong * height * width, patchHeight * row, patchWidth * pixel, channel, row, pixel)
    )
  }

  private def dims: Seq[Long] = Seq(images, rows, columns, channels, patchHeight, patchWidth).map(_.toLong)

  /** Adds the step that lays the numbers of each patch side by side, by channel, row and column.
    *
    * @param maps
    *   described by this grid
    * @return
    *   [images * patches, patch size]
    */
  def gather(builder: PlanBuilder, maps: memory, elementType: data_type): memory = {
    val made = builder.tensor(elementType, images.toLong * patches, patchSize.toLong)
    val target = builder.view(Descs.dense(elementType, dims: _*), made.get_data_handle())
    builder.convert("patches", maps, target)
    made
  }
}

private[onednn] object PatchGrid {

  /** The patches of coloured images. Sizes are in pixels, heights before widths. */
  def ofImages(images: Int, size: (Int, Int), patch: (Int, Int)): PatchGrid =
    PatchGrid(images, Settings.Channels, size._1, size._2, patch._1, patch._2)
}
