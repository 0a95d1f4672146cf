package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings

/** Zhai et al. 2023, "Sigmoid Loss for Language Image Pre-Training" (`SiglipForImageClassification`): no class token, and a
  * classifier on the mean of the patches. Checkpoints of SigLIP 2 with images of one size are of this type too.
  */
private[onednn] object Siglip extends ModelFamily {
  override val modelType = "siglip"
  override val activation = "gelu_pytorch_tanh"
  override val epsilon = 1e-6f

  private val root = "vision_model"

  override def encoder(top: Settings): Settings = top.in("vision_config")

  override def structure(settings: Settings): VitStructure = VitStructure(
    Embedding(
      patches = s"$root.embeddings.patch_embedding",
      positions = Some(Positions(s"$root.embeddings.position_embedding.weight", dims = Seq.empty))
    ),
    BlockNames.ofClip(root),
    Head.PatchMean(normOfTokens = Some(s"$root.post_layernorm"))
  )
}
