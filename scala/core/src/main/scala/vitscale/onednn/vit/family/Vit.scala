package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.MeanHead

/** Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words" (`ViTForImageClassification`). */
private[onednn] object Vit extends ModelFamily {
  override val modelType = "vit"

  override def structure(settings: Settings): VitStructure = of("vit", settings)

  /** @param root
    *   name of the encoder in the checkpoint
    */
  def of(root: String, settings: Settings): VitStructure = VitStructure(
    Embedding(
      patches = s"$root.embeddings.patch_embeddings.projection",
      leading = Seq(LeadingTokens(s"$root.embeddings.cls_token")),
      positions = Some(Positions(s"$root.embeddings.position_embeddings"))
    ),
    BlockNames.ofVit(root).withBiasOf(settings),
    Head.FirstTokens(s"$root.layernorm", Seq(MeanHead.Classifier))
  )
}

/** Assran et al. 2022, "Masked Siamese Networks for Label-Efficient Learning" (`ViTMSNForImageClassification`). */
private[onednn] object VitMsn extends ModelFamily {
  override val modelType = "vit_msn"
  override val epsilon = 1e-6f

  override def structure(settings: Settings): VitStructure = Vit.of("vit", settings)
}

/** Assran et al. 2023, "Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture"
  * (`IJepaForImageClassification`): a ViT without a class token.
  */
private[onednn] object IJepa extends ModelFamily {
  override val modelType = "ijepa"

  override def structure(settings: Settings): VitStructure = {
    val vit = Vit.of("ijepa", settings)
    vit.copy(
      embedding = vit.embedding.copy(leading = Seq.empty),
      head = Head.PatchMean(normOfTokens = Some("ijepa.layernorm"))
    )
  }
}
