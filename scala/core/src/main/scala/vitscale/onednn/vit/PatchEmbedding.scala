package vitscale.onednn.vit

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, post_ops}

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.{LayerNorm, Linear, LinearLayers, PatchGrid, WeightPack}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** Adds the first part of a ViT to a plan: patches become tokens, learned tokens go before them, positions are added.
  *
  * Source: Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", equation 1.
  */
final private[onednn] class PatchEmbedding(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    elementType: data_type
) {
  private val hidden = config.hidden.toLong
  private val names = config.structure.embedding
  private val layer = Linear(
    Seq(names.patches),
    Seq(hidden, Settings.Channels.toLong, config.patchHeight.toLong, config.patchWidth.toLong),
    unbiased = if (names.hasPatchBias) Set.empty else Set(names.patches)
  )
  private val learned = new LearnedTokens(pack, config)

  /** @param residual
    *   [images, tokens, hidden], float32
    * @return
    *   the tensor of pixels, float32 [images, 3, height, width], which has no memory yet
    */
  def add(residual: memory, images: Int): memory = {
    val size = (config.imageHeight, config.imageWidth)
    val grid = PatchGrid.ofImages(images, size, (config.patchHeight, config.patchWidth))
    val input = grid.unplacedPixels(builder)
    val patches = grid.gather(builder, input, elementType)
    (0L until images.toLong).foreach(addImage(patches, residual, _))
    names.norm.foreach(new LayerNorm(builder, pack, config.epsilon).add(_, residual, residual, codes = None))
    input
  }

  private def addImage(patches: memory, residual: memory, image: Long): Unit = {
    val first = image * config.tokens * hidden
    val leading = config.leadingTokens * hidden
    if (leading > 0)
      builder.copy(
        learned.leading.get_data_handle(),
        Descs.pointer(residual, data_type.f32, first),
        leading * java.lang.Float.BYTES
      )
    val rows = config.patches.toLong
    val source = builder.view(
      Descs.dense(elementType, rows, config.patchSize.toLong),
      Descs.pointer(patches, elementType, image * rows * config.patchSize)
    )
    val tokens = Descs.dense(data_type.f32, rows, hidden)
    val result = builder.view(tokens, Descs.pointer(residual, data_type.f32, first + leading))
    val positions = learned.positions
    val after = positions.map { _ =>
      val made = new post_ops()
      made.append_binary(algorithm.binary_add, tokens)
      made
    }
    new LinearLayers(builder, pack).add(
      layer,
      elementType,
      source,
      result,
      after = after,
      extra = positions.map((dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 1 | dnnl.DNNL_ARG_SRC_1) -> _).toSeq
    )
  }
}
