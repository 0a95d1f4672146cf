package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings

/** A family of Vision Transformers: what its checkpoints are called by `model_type`, and how their tensors are named.
  *
  * Defaults are those of the family's configuration class in Transformers 5.23.
  */
private[onednn] trait ModelFamily {

  /** Its `model_type` in `config.json`. */
  def modelType: String

  /** The settings of the image encoder.
    *
    * @param top
    *   those at the top of `config.json`
    * @throws vitscale.ModelException
    *   if the file lacks them
    */
  def encoder(top: Settings): Settings = top

  /** Default of `patch_size`, in pixels. */
  def patchSize: Int = 16

  /** Default of `hidden_act`. */
  def activation: String = "gelu"

  /** Default of `layer_norm_eps`. */
  def epsilon: Float = 1e-12f

  /** Width of the feed-forward blocks. */
  def intermediate(settings: Settings): Int =
    settings.whole("intermediate_size", 3072, ModelFamily.LargestWidth)

  /** The parts of a model with these settings.
    *
    * @param settings
    *   those of [[encoder]]
    * @throws vitscale.ModelException
    *   if the engine lacks one of the parts
    */
  def structure(settings: Settings): VitStructure
}

private[onednn] object ModelFamily {

  val all: Seq[ModelFamily] =
    Seq(
      Vit,
      DeiT,
      VitMsn,
      IJepa,
      Dinov2,
      Dinov2WithRegisters,
      Siglip,
      Clip,
      MetaClip2,
      Beit,
      Data2VecVision,
      TimmVit
    )

  /** Widest feed-forward block. */
  val LargestWidth: Int = 1 << 18

  /** The family of a checkpoint.
    *
    * @param settings
    *   those at the top of `config.json`
    * @throws vitscale.ModelException
    *   if the engine does not run the family
    */
  def of(settings: Settings): ModelFamily =
    all
      .find(_.modelType == settings.modelType)
      .getOrElse(settings.refuse("model_type", s"one of ${all.map(_.modelType).mkString(", ")}"))
}
