package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.MeanHead

/** Bao et al. 2022, "BEiT: BERT Pre-Training of Image Transformers" (`BeitForImageClassification`). */
private[onednn] object Beit extends BeitFamily("beit", "beit")

/** Baevski et al. 2022, "data2vec: A General Framework for Self-supervised Learning in Speech, Vision and Language"
  * (`Data2VecVisionForImageClassification`): the architecture of BEiT.
  */
private[onednn] object Data2VecVision extends BeitFamily("data2vec-vision", "data2vec_vision")

/** A ViT whose attention scores have a bias by the distance of two patches, and whose keys have none.
  *
  * @param root
  *   name of the encoder in the checkpoint
  */
sealed abstract private[onednn] class BeitFamily(val modelType: String, root: String) extends ModelFamily {

  override def structure(settings: Settings): VitStructure = {
    requireSquare(settings, "image_size", 224)
    requireSquare(settings, "patch_size", patchSize)
    VitStructure(embedding(settings), blocks(settings), head(settings))
  }

  /** Transformers would resample positions of an image that is no square as if they were those of a square. */
  private def requireSquare(settings: Settings, name: String, default: Int): Unit = {
    val (height, width) = settings.edges(name, default)
    if (height != width) settings.refuse(name, s"a square for $modelType")
  }

  private def embedding(settings: Settings): Embedding = {
    val vit = Vit.of(root, settings).embedding
    if (settings.flag("use_absolute_position_embeddings", default = false)) vit
    else vit.copy(positions = None)
  }

  private def blocks(settings: Settings): BlockNames = {
    val names = BlockNames.ofVit(root)
    val table = "relative_position_bias.relative_position_bias_table"
    def where[A](name: String, value: A): Option[A] =
      if (settings.flag(name, default = false)) Some(value) else None
    names.copy(
      unbiased = names.queryKeyValue.filter(_.endsWith("key")).toSet,
      layerScales =
        if (settings.number("layer_scale_init_value", 0.1) > 0) Some(("lambda_1", "lambda_2")) else None,
      relativePositions = where("use_relative_position_bias", s"attention.attention.$table"),
      sharedRelativePositions = where("use_shared_relative_position_bias", s"$root.encoder.$table")
    )
  }

  private def head(settings: Settings): Head =
    if (settings.flag("use_mean_pooling", default = true))
      Head.PatchMean(normOfMean = Some(s"$root.pooler.layernorm"))
    else Head.FirstTokens(s"$root.layernorm", Seq(MeanHead.Classifier))
}
