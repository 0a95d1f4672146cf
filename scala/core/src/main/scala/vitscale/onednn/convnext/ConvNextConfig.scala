package vitscale.onednn.convnext

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.int8.{CodedBlocks, MixedPrecision}
import vitscale.onednn.layer.{Activation, WeightPack}
import vitscale.onednn.pass.{Architecture, BatchPlan, Plans, WholePlans}

/** The architecture of a ConvNeXT: Liu et al. 2022, "A ConvNet for the 2020s" (`ConvNextForImageClassification`).
  *
  * Defaults are those of `ConvNextConfig` in Transformers 5.23.
  *
  * @param patch
  *   height and width of the patches that become the first tokens, in pixels
  * @param stages
  *   in order; each but the first begins with half the height and width of the one before
  * @param epsilon
  *   `layer_norm_eps`, of the normalisation before the classifier alone
  * @param scalesLayers
  *   whether blocks multiply their results with learned factors, one a channel
  */
final private[onednn] case class ConvNextConfig(
    imageHeight: Int,
    imageWidth: Int,
    patch: Int,
    stages: IndexedSeq[ConvNextStage],
    activation: Activation,
    epsilon: Float,
    scalesLayers: Boolean,
    classes: Int
) extends Architecture {

  override def features: Int = stages.last.channels

  override def codedBlocks: Option[CodedBlocks] = None

  override def merging(pairs: Int): Option[Architecture] = None

  override def plans(pack: WeightPack, precision: MixedPrecision): Plans =
    new WholePlans(
      this,
      images => BatchPlan.build(images)(new ConvNextPlan(_, pack, this, precision.numbers, images).add())
    )
}

/** Blocks on maps of one size.
  *
  * @param height
  *   of its maps, in tokens
  * @param blocks
  *   number of blocks
  */
final private[onednn] case class ConvNextStage(
    index: Int,
    channels: Int,
    height: Int,
    width: Int,
    blocks: Int
)

private[onednn] object ConvNextConfig {

  /** Its `model_type` in `config.json`. */
  val ModelType = "convnext"

  private val MostChannels = 1 << 14
  private val MostBlocks = 1 << 10

  /** @param classes
    *   number of the model's labels
    * @param input
    *   height and width of the images that the preprocessor makes, in pixels; the model takes any size
    * @throws vitscale.ModelException
    *   if a setting has a value that no such model has, or one that this engine does not run
    */
  def of(settings: Settings, classes: Int, input: (Int, Int)): ConvNextConfig = {
    settings.requireColours()
    val patch = settings.whole("patch_size", 4, 1 << 10)
    val stages = stagesOf(settings, (input._1 / patch, input._2 / patch))
    if (stages.exists(stage => stage.height * stage.width == 0))
      settings.refuse(
        "patch_size",
        s"one that leaves the last stage a token of images of ${input._1}x${input._2} pixels"
      )
    ConvNextConfig(
      imageHeight = input._1,
      imageWidth = input._2,
      patch = patch,
      stages = stages,
      activation = Activation.of(settings, "gelu"),
      epsilon = settings.epsilon(1e-12f),
      scalesLayers = settings.number("layer_scale_init_value", 1e-6) > 0,
      classes = classes
    )
  }

  private def stagesOf(settings: Settings, first: (Int, Int)): IndexedSeq[ConvNextStage] = {
    val channels = settings.wholes("hidden_sizes", Seq(96, 192, 384, 768), MostChannels)
    val blocks = settings.wholes("depths", Seq(3, 3, 9, 3), MostBlocks)
    val count = channels.size
    if (blocks.size != count) settings.refuse("depths", s"a list of $count numbers, as hidden_sizes")
    if (settings.whole("num_stages", 4, MostBlocks) != count)
      settings.refuse("num_stages", s"$count, as many as hidden_sizes")
    channels.zip(blocks).zipWithIndex.toIndexedSeq.map { case ((width, depth), index) =>
      ConvNextStage(index, width, first._1 >> index, first._2 >> index, depth)
    }
  }
}
