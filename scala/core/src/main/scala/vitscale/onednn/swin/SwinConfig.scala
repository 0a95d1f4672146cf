package vitscale.onednn.swin

import vitscale.onednn.family.Settings
import vitscale.onednn.{
  Activation,
  Architecture,
  AttentionShape,
  CodedBlocks,
  Int8Scales,
  Numbers,
  Plans,
  WeightPack,
  WholePlans
}

/** The architecture of a Swin Transformer for image classification (`SwinForImageClassification`).
  *
  * Source: Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", and Transformers'
  * `modeling_swin.py`.
  *
  * @param imageHeight
  *   in pixels; a multiple of the patch's, as the width is
  * @param patchHeight
  *   in pixels
  * @param stages
  *   in order; each but the last is followed by patch merging
  * @param epsilon
  *   `layer_norm_eps`, of the blocks and of the last layer normalisation; all others have [[SwinConfig.Epsilon]]
  * @param hasQkvBias
  *   whether queries, keys and values have a bias
  * @param hasPositions
  *   whether a learned vector is added to each patch (`use_absolute_embeddings`)
  */
final private[onednn] case class SwinConfig(
    imageHeight: Int,
    imageWidth: Int,
    patchHeight: Int,
    patchWidth: Int,
    stages: IndexedSeq[SwinStage],
    activation: Activation,
    epsilon: Float,
    hasQkvBias: Boolean,
    hasPositions: Boolean,
    classes: Int
) extends Architecture {

  override def features: Int = stages.last.channels

  override def codedBlocks: Option[CodedBlocks] = None

  override def plans(pack: WeightPack, numbers: Numbers, scales: Option[Int8Scales]): Plans =
    new WholePlans(this, SwinPlan.build(this, pack, numbers, _))
}

/** Some blocks on a map of one size.
  *
  * @param index
  *   from 0 on
  * @param channels
  *   numbers of a token
  * @param height
  *   tokens in a column of the map
  * @param width
  *   tokens in a row of the map
  * @param intermediate
  *   width of the feed-forward blocks
  * @param window
  *   tokens in a column, and in a row, of a window
  */
final private[onednn] case class SwinStage(
    index: Int,
    blocks: Int,
    channels: Int,
    heads: Int,
    height: Int,
    width: Int,
    intermediate: Int,
    window: Int
) {

  /** Tokens of an image. */
  def tokens: Int = Math.multiplyExact(height, width)

  /** Tokens of a window. */
  def area: Int = window * window

  /** Attention scores of a window. */
  def scores: Long = heads.toLong * area * area

  def attention: AttentionShape = AttentionShape(heads, area, channels / heads)

  /** How the windows of a block lie: those of each second one are shifted by half a window, if the map has several. */
  def windows(block: Int): WindowGrid = {
    val isShifted = block % 2 == 1 && math.min(height, width) > window
    WindowGrid(height, width, window, if (isShifted) window / 2 else 0)
  }
}

private[onednn] object SwinConfig {

  val ModelType = "swin"

  /** PyTorch's default, of the layer normalisations behind the patch embedding and in patch merging. */
  val Epsilon: Float = 1e-5f

  /** @param settings
    *   those of `config.json`; defaults are those of `SwinConfig` in Transformers 5.23
    * @param classes
    *   number of the model's labels
    * @param input
    *   height and width of the images that the preprocessor makes, in pixels
    * @throws vitscale.ModelException
    *   if a setting has a value that no such model has, or one that this engine does not run
    */
  def of(settings: Settings, classes: Int, input: (Int, Int)): SwinConfig = {
    val patch = settings.edges("patch_size", 4)
    val hasPositions = settings.flag("use_absolute_embeddings", default = false)
    val image = if (hasPositions) settings.edges("image_size", 224) else input
    if (image._1 % patch._1 != 0 || image._2 % patch._2 != 0)
      settings.refuse("patch_size", s"one that divides the image of ${image._1}x${image._2} pixels")
    settings.requireColours()
    SwinConfig(
      imageHeight = image._1,
      imageWidth = image._2,
      patchHeight = patch._1,
      patchWidth = patch._2,
      stages = stagesOf(settings, (image._1 / patch._1, image._2 / patch._2)),
      activation = settings.activation("gelu"),
      epsilon = settings.epsilon(1e-5f),
      hasQkvBias = settings.flag("qkv_bias", default = true),
      hasPositions = hasPositions,
      classes = classes
    )
  }

  private def stagesOf(settings: Settings, map: (Int, Int)): IndexedSeq[SwinStage] = {
    val depths = settings.wholes("depths", Seq(2, 2, 6, 2), MostBlocks)
    val heads = settings.wholes("num_heads", Seq(3, 6, 12, 24), MostHeads)
    if (depths.size > MostStages) settings.refuse("depths", s"at most $MostStages numbers")
    if (heads.size != depths.size)
      settings.refuse("num_heads", s"${depths.size} numbers, as many as depths has")
    val window = settings.whole("window_size", 7, MostTokens)
    val maps = Iterator.iterate(map) { case (height, width) => ((height + 1) / 2, (width + 1) / 2) }
    val stages = depths.zip(heads).zip(maps.toSeq.take(depths.size)).zipWithIndex.map {
      case (((blocks, heads), (height, width)), index) =>
        val channels = settings.whole("embed_dim", 96, MostChannels) << index
        if (channels % heads != 0)
          settings.refuse("num_heads", s"divisors of the channels, which are $channels at stage ${index + 1}")
        SwinStage(index, blocks, channels, heads, height, width, wide(settings, channels), window)
    }
    stages.find(stage => math.min(stage.height, stage.width) < window).foreach { stage =>
      // Transformers cuts the window down to the map, and then adds a bias of the whole window: it fails.
      settings.refuse(
        "window_size",
        s"at most ${math.min(stage.height, stage.width)}, since stage ${stage.index + 1} has ${stage.height}x${stage.width} tokens"
      )
    }
    stages.find(_.scores > MostScores).foreach { stage =>
      val found = s"which are ${stage.scores} at stage ${stage.index + 1}"
      settings.refuse("window_size", s"at most $MostScores attention scores of a window, $found")
    }
    stages.toIndexedSeq
  }

  private def wide(settings: Settings, channels: Int): Int = {
    val wide = channels * settings.number("mlp_ratio", 4)
    if (wide < 1 || wide > MostChannels)
      settings.refuse("mlp_ratio", s"a number that makes 1 to $MostChannels of $channels")
    wide.toInt
  }

  private val MostBlocks = 1 << 10
  private val MostHeads = 1 << 12
  private val MostStages = 8
  private val MostTokens = 1 << 7
  private val MostScores = 1L << 26
  private val MostChannels = 1 << 18
}
