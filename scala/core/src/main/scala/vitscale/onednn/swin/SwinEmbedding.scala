package vitscale.onednn.swin

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.layer.{LayerNorm, LinearLayers, PatchGrid, WeightPack}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** Adds the first part of a Swin Transformer to a plan: patches become tokens, which are normalised; positions are added where
  * the model has them (`SwinEmbeddings` in Transformers' `modeling_swin.py`).
  *
  * @param elementType
  *   type of the patches and their weights
  */
final private[swin] class SwinEmbedding(
    builder: PlanBuilder,
    pack: WeightPack,
    config: SwinConfig,
    elementType: data_type
) {
  private val stage = config.stages.head

  /** @param residual
    *   [images * tokens, channels], float32
    * @return
    *   the tensor of pixels, float32 [images, 3, height, width], which has no memory yet
    */
  def add(residual: memory, images: Int): memory = {
    val size = (config.imageHeight, config.imageWidth)
    val grid = PatchGrid.ofImages(images, size, (config.patchHeight, config.patchWidth))
    val input = grid.unplacedPixels(builder)
    val patches = grid.gather(builder, input, elementType)
    new LinearLayers(builder, pack).add(SwinWeights.patches(config), elementType, patches, residual)
    new LayerNorm(builder, pack, SwinConfig.Epsilon)
      .add(SwinWeights.normOfPatches(config), residual, residual, codes = None)
    if (config.hasPositions) addPositions(residual, images)
    input
  }

  private def addPositions(residual: memory, images: Int): Unit = {
    val positions =
      pack.vector(SwinWeights.positions(config), Seq(1L, stage.tokens.toLong, stage.channels.toLong))
    val numbers = stage.tokens.toLong * stage.channels
    val tokens = builder.view(Descs.dense(data_type.f32, images.toLong, numbers), residual.get_data_handle())
    val added = builder.view(Descs.dense(data_type.f32, 1L, numbers), positions.get_data_handle())
    Addition.add(builder, "positions", tokens, added)
  }
}
