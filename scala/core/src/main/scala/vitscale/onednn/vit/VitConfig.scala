package vitscale.onednn.vit

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.int8.{CodedBlocks, MixedPrecision}
import vitscale.onednn.layer.{Activation, AttentionShape, WeightPack}
import vitscale.onednn.merge.MergeSchedule
import vitscale.onednn.pass.{Architecture, Plans}
import vitscale.onednn.vit.family.{Head, ModelFamily, VitStructure}

/** The architecture of a Vision Transformer: what a forward pass needs of its `config.json`.
  *
  * @param hidden
  *   numbers of one token, `hidden_size`
  * @param intermediate
  *   width of the feed-forward block
  * @param imageHeight
  *   height of the images that it sees, in pixels
  * @param patchHeight
  *   in pixels
  * @param positionGrid
  *   height and width of the grid of patches that the position embeddings were trained for
  * @param epsilon
  *   `layer_norm_eps`
  * @param structure
  *   its parts, as its family has them
  * @param classes
  *   number of labels
  * @param mergedPairs
  *   pairs of tokens of an image that each block merges; 0 for none
  */
final private[onednn] case class VitConfig(
    hidden: Int,
    layers: Int,
    heads: Int,
    intermediate: Int,
    imageHeight: Int,
    imageWidth: Int,
    patchHeight: Int,
    patchWidth: Int,
    positionGrid: (Int, Int),
    activation: Activation,
    epsilon: Float,
    structure: VitStructure,
    classes: Int,
    mergedPairs: Int = 0
) extends Architecture {

  override def codedBlocks: Option[CodedBlocks] = Some(CodedBlocks(layers, hidden))

  /** Tokens behind the first move when they are merged, so no head may read them and no position may stay behind. */
  override def merging(pairs: Int): Option[VitConfig] = {
    val readsClassTokenAlone = structure.head match {
      case Head.FirstTokens(_, classifiers) => classifiers.size == 1 && leadingTokens == 1
      case _: Head.PatchMean => false
    }
    val names = structure.blocks
    val hasRelativePositions = (names.relativePositions ++ names.sharedRelativePositions).nonEmpty
    if (readsClassTokenAlone && !hasRelativePositions) Some(copy(mergedPairs = pairs)) else None
  }

  /** How many tokens each block sees. */
  def merges: MergeSchedule = MergeSchedule(tokens, layers, mergedPairs)

  override def plans(pack: WeightPack, precision: MixedPrecision): Plans =
    new VitPlans(this, pack, precision)

  def attention: AttentionShape = AttentionShape(heads, tokens, hidden / heads)

  /** Patches in a column and in a row; pixels beyond the last whole patch are not read, as in a convolution. */
  def gridHeight: Int = imageHeight / patchHeight
  def gridWidth: Int = imageWidth / patchWidth
  def patches: Int = gridHeight * gridWidth

  /** Learned tokens before the patches: the class token and others. */
  def leadingTokens: Int = structure.embedding.leading.map(_.count).sum

  /** Patches and the tokens before them. */
  def tokens: Int = leadingTokens + patches

  /** Numbers of one patch. */
  def patchSize: Int = Settings.Channels * patchHeight * patchWidth

  /** Numbers of one image that the classifiers read. */
  def pooledSize: Int = structure.head.inputs(hidden)

  override def features: Int = structure.head match {
    case Head.FirstTokens(_, classifiers) if classifiers.size > 1 => 0
    case _ => pooledSize
  }

  /** Whether the inputs of the second feed-forward layer lie on both sides of 0 alike. Without a gate none is below the
    * smallest value of the activation.
    */
  def isGated: Boolean = structure.blocks.isGated
}

private[onednn] object VitConfig {

  /** @param top
    *   the settings at the top of `config.json`
    * @param classes
    *   number of the model's labels
    * @param input
    *   height and width of the images that the preprocessor makes, in pixels
    * @throws vitscale.ModelException
    *   if a setting has a value that no such model has, or one that this engine does not run
    */
  def of(top: Settings, classes: Int, input: (Int, Int)): VitConfig = {
    val family = ModelFamily.of(top)
    of(family, family.encoder(top), classes, input)
  }

  private def of(family: ModelFamily, settings: Settings, classes: Int, input: (Int, Int)): VitConfig = {
    val structure = family.structure(settings)
    val resamples = structure.embedding.positions.exists(_.resampling.isDefined)
    val patch = settings.edges("patch_size", family.patchSize)
    val trained = settings.edges("image_size", 224)
    val image = if (resamples) input else trained
    requireImages(settings, Seq(trained, image).map(gridOf(_, patch)))
    VitConfig(
      hidden = settings.hidden,
      layers = settings.whole("num_hidden_layers", 12, 1 << 10),
      heads = headsOf(settings),
      intermediate = family.intermediate(settings),
      imageHeight = image._1,
      imageWidth = image._2,
      patchHeight = patch._1,
      patchWidth = patch._2,
      positionGrid = if (resamples) square(gridOf(trained, patch), settings) else gridOf(trained, patch),
      activation =
        if (structure.blocks.isGated) Activation.OfGate else Activation.of(settings, family.activation),
      epsilon = settings.epsilon(family.epsilon),
      structure = structure,
      classes = classes
    )
  }

  private def headsOf(settings: Settings): Int = {
    val heads = settings.whole("num_attention_heads", 12, 1 << 12)
    if (settings.hidden % heads != 0)
      settings.refuse("hidden_size", s"a multiple of num_attention_heads, which is $heads")
    heads
  }

  /** Images have three channels, and at least one patch. */
  private def requireImages(settings: Settings, grids: Seq[(Int, Int)]): Unit = {
    settings.requireColours()
    if (grids.exists { case (rows, columns) => rows * columns == 0 })
      settings.refuse("patch_size", "at most the image_size")
  }

  private def gridOf(image: (Int, Int), patch: (Int, Int)): (Int, Int) =
    (image._1 / patch._1, image._2 / patch._2)

  /** Transformers takes the grid that it resamples for a square, whatever `image_size` says. */
  private def square(grid: (Int, Int), settings: Settings): (Int, Int) = {
    val positions = grid._1 * grid._2
    val side = math.round(math.sqrt(positions.toDouble)).toInt
    if (side * side != positions)
      settings.refuse("image_size", "one whose number of patches is a square, since positions are resampled")
    (side, side)
  }
}
