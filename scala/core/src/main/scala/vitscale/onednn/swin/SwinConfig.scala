package vitscale.onednn.swin

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.int8.{CodedBlocks, MixedPrecision}
import vitscale.onednn.layer.{Activation, AttentionShape, WeightPack}
import vitscale.onednn.pass.{Architecture, Plans, WholePlans}

/** The architecture of a Swin Transformer for image classification (`SwinForImageClassification`,
  * `Swinv2ForImageClassification`).
  *
  * Source: Liu et al. 2021, "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows", Liu et al. 2022, "Swin
  * Transformer V2: Scaling Up Capacity and Resolution", and Transformers' `modeling_swin.py` and `modeling_swinv2.py`.
  *
  * @param isSecond
  *   whether it is a Swin Transformer V2: attention by cosines, positions from a small network, layer normalisation behind the
  *   other layers
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
    isSecond: Boolean,
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

  override def merging(pairs: Int): Option[Architecture] = None

  override def plans(pack: WeightPack, precision: MixedPrecision): Plans =
    new WholePlans(this, SwinPlan.build(this, pack, precision.numbers, _))
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
  * @param shift
  *   of the windows of each second block, in tokens
  * @param trainedWindow
  *   the window that positions were trained for; 0 if it is the same
  */
final private[onednn] case class SwinStage(
    index: Int,
    blocks: Int,
    channels: Int,
    heads: Int,
    height: Int,
    width: Int,
    intermediate: Int,
    window: Int,
    shift: Int,
    trainedWindow: Int
) {

  /** Tokens of an image. */
  def tokens: Int = Math.multiplyExact(height, width)

  /** Tokens of a window. */
  def area: Int = window * window

  /** Attention scores of a window. */
  def scores: Long = heads.toLong * area * area

  def attention: AttentionShape = AttentionShape(heads, area, channels / heads)

  /** How the windows of a block lie. */
  def windows(block: Int): WindowGrid = WindowGrid(height, width, window, if (block % 2 == 1) shift else 0)
}

private[onednn] object SwinConfig {

  val ModelType = "swin"
  val SecondModelType = "swinv2"

  /** PyTorch's default, of the layer normalisations behind the patch embedding and in patch merging. */
  val Epsilon: Float = 1e-5f

  /** @param settings
    *   those of `config.json`; defaults are those of `SwinConfig` and `Swinv2Config` in Transformers 5.23
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
    val isSecond = settings.modelType == SecondModelType
    // Transformers makes a position too many there, and fails.
    if (isSecond && hasPositions) settings.refuse("use_absolute_embeddings", "false for swinv2")
    val image = if (hasPositions || isSecond) settings.edges("image_size", 224) else input
    if (image._1 % patch._1 != 0 || image._2 % patch._2 != 0)
      settings.refuse("patch_size", s"one that divides the image of ${image._1}x${image._2} pixels")
    settings.requireColours()
    SwinConfig(
      isSecond = isSecond,
      imageHeight = image._1,
      imageWidth = image._2,
      patchHeight = patch._1,
      patchWidth = patch._2,
      stages = stagesOf(settings, isSecond, (image._1 / patch._1, image._2 / patch._2)),
      activation = Activation.of(settings, "gelu"),
      epsilon = settings.epsilon(1e-5f),
      hasQkvBias = settings.flag("qkv_bias", default = true),
      hasPositions = hasPositions,
      classes = classes
    )
  }

  private def stagesOf(settings: Settings, isSecond: Boolean, map: (Int, Int)): IndexedSeq[SwinStage] = {
    val depths = settings.wholes("depths", Seq(2, 2, 6, 2), MostBlocks)
    val heads = settings.wholes("num_heads", Seq(3, 6, 12, 24), MostHeads)
    if (depths.size > MostStages) settings.refuse("depths", s"at most $MostStages numbers")
    if (heads.size != depths.size)
      settings.refuse("num_heads", s"${depths.size} numbers, as many as depths has")
    val window = settings.whole("window_size", 7, MostTokens)
    val maps = Iterator.iterate(map) { case (height, width) => ((height + 1) / 2, (width + 1) / 2) }
    val stages = depths.zip(heads).zip(maps.take(depths.size).toIndexedSeq).zipWithIndex.map {
      case (((blocks, heads), (height, width)), index) =>
        val channels = settings.whole("embed_dim", 96, WidestPatch) << index
        if (channels % heads != 0)
          settings.refuse("num_heads", s"divisors of the channels, which are $channels at stage ${index + 1}")
        val stage =
          SwinStage(index, blocks, channels, heads, height, width, wide(settings, channels), window, 0, 0)
        if (isSecond) second(settings, stage, map._1 >> index, depths.size) else first(settings, stage)
    }
    stages.find(_.scores > MostScores).foreach { stage =>
      val found = s"which are ${stage.scores} at stage ${stage.index + 1}"
      settings.refuse("window_size", s"at most $MostScores attention scores of a window, $found")
    }
    stages.toIndexedSeq
  }

  /** Windows are shifted where the map has several of them. */
  private def first(settings: Settings, stage: SwinStage): SwinStage = {
    val least = math.min(stage.height, stage.width)
    // Transformers cuts the window down to the map, and then adds a bias of the whole window: it fails.
    if (least < stage.window)
      settings.refuse(
        "window_size",
        s"at most $least, since stage ${stage.index + 1} has ${stage.height}x${stage.width} tokens"
      )
    stage.copy(shift = if (least > stage.window) stage.window / 2 else 0)
  }

  /** Windows are cut down to the map (`_compute_window_shift` in Transformers' `modeling_swinv2.py`).
    *
    * @param height
    *   of the map in tokens, as Transformers counts them there: halves are rounded down
    */
  private def second(settings: Settings, stage: SwinStage, height: Int, stages: Int): SwinStage = {
    if (height == 0) settings.refuse("image_size", s"a token in each of the $stages stages")
    val trained = settings.wholes("pretrained_window_sizes", Seq.fill(stages)(0), MostTokens, least = 0)
    if (trained.size < stages || trained.contains(1))
      settings.refuse(
        "pretrained_window_sizes",
        s"at least $stages numbers, as many as depths has, none of them 1"
      )
    stage.copy(
      window = math.min(stage.window, height),
      shift = if (height > stage.window) stage.window / 2 else 0,
      trainedWindow = trained(stage.index)
    )
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
  private val WidestPatch = 1 << 12
  private val MostChannels = 1 << 20
}
