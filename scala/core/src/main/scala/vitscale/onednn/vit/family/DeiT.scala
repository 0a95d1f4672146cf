package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.MeanHead

/** Touvron et al. 2021, "Training data-efficient image transformers & distillation through attention": a ViT with a second
  * token, which learned from a teacher. `DeiTForImageClassification` reads the class token alone,
  * `DeiTForImageClassificationWithTeacher` takes the mean of a classifier on each of the two.
  */
private[onednn] object DeiT extends ModelFamily {
  override val modelType = "deit"

  override def structure(settings: Settings): VitStructure = {
    val vit = Vit.of("deit", settings)
    val classifiers =
      if (settings.isOf("DeiTForImageClassificationWithTeacher"))
        Seq("cls_classifier", "distillation_classifier")
      else Seq(MeanHead.Classifier)
    vit.copy(
      embedding = vit.embedding
        .copy(leading = vit.embedding.leading :+ LeadingTokens("deit.embeddings.distillation_token")),
      head = Head.FirstTokens("deit.layernorm", classifiers)
    )
  }
}
