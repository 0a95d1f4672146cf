package vitscale.onednn.convnext

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.layer.{HeadOutputs, LayerNorm, Linear, LinearLayers, MeanHead, PatchGrid, WeightPack}
import vitscale.onednn.library.Numbers
import vitscale.onednn.plan.PlanBuilder

/** Adds the forward pass of a ConvNeXT to a plan: patches, stages, mean, classifier.
  *
  * Maps lie as rows of tokens, [images * height * width, channels], so that all but the depthwise convolutions are linear
  * layers. Source: `modeling_convnext.py` of Transformers.
  */
final private[convnext] class ConvNextPlan(
    builder: PlanBuilder,
    pack: WeightPack,
    config: ConvNextConfig,
    numbers: Numbers,
    images: Int
) {
  private val linear = new LinearLayers(builder, pack)
  private val layerNorm = new LayerNorm(builder, pack, ConvNextBlock.Epsilon)

  /** Adds all its steps.
    *
    * @return
    *   the tensor of pixels, float32 [images, 3, height, width], and the results; neither has memory yet
    */
  def add(): (memory, HeadOutputs) = {
    val size = (config.imageHeight, config.imageWidth)
    val grid = PatchGrid.ofImages(images, size, (config.patch, config.patch))
    val input = grid.unplacedPixels(builder)
    val embeddings = "convnext.embeddings"
    val first = tokensOf(grid, input, s"$embeddings.patch_embeddings", config.stages.head)
    layerNorm.add(s"$embeddings.layernorm", first, first, codes = None)
    addBlocks(config.stages.head, first)
    val last = config.stages.zip(config.stages.tail).foldLeft(first) { case (tokens, (before, stage)) =>
      val halved = halve(before, tokens, stage)
      addBlocks(stage, halved)
      halved
    }
    val head =
      new MeanHead(builder, pack, config.classes, config.epsilon, normOfMean = Some("convnext.layernorm"))
    (input, head.add(last, images))
  }

  /** Patches through a convolution whose stride is its kernel.
    *
    * @return
    *   [images * height * width, channels] of the stage, float32
    */
  private def tokensOf(grid: PatchGrid, maps: memory, name: String, stage: ConvNextStage): memory = {
    val result = builder.tensor(data_type.f32, rowsOf(stage), stage.channels.toLong)
    val kernel = Seq(stage.channels, grid.channels, grid.patchHeight, grid.patchWidth).map(_.toLong)
    linear.add(Linear(Seq(name), kernel), numbers.other, grid.gather(builder, maps, numbers.other), result)
    result
  }

  /** Normalises, then makes one token of two by two. */
  private def halve(before: ConvNextStage, tokens: memory, stage: ConvNextStage): memory = {
    val names = s"${ConvNextBlock.stage(stage)}.downsampling_layer"
    val normalised = builder.tensor(numbers.other, rowsOf(before), before.channels.toLong)
    layerNorm.add(s"$names.0", tokens, normalised, codes = None)
    val grid = PatchGrid(images, before.channels, before.height, before.width, 2, 2)
    val maps = builder.view(grid.ofTokens(numbers.other), normalised.get_data_handle())
    tokensOf(grid, maps, s"$names.1", stage)
  }

  private def addBlocks(stage: ConvNextStage, tokens: memory): Unit = {
    val block = new ConvNextBlock(builder, pack, config, numbers, stage, images)
    (0 until stage.blocks).foreach(block.add(_, tokens))
  }

  private def rowsOf(stage: ConvNextStage): Long = images.toLong * stage.height * stage.width
}
