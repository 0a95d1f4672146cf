package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings

/** Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision"
  * (`CLIPForImageClassification`).
  */
private[onednn] object Clip extends ClipFamily("clip")

/** Chuang et al. 2025, "Meta CLIP 2: A Worldwide Scaling Recipe" (`MetaClip2ForImageClassification`): the architecture of CLIP.
  */
private[onednn] object MetaClip2 extends ClipFamily("metaclip_2")

/** A ViT with a normalisation before the first block, and a classifier on the mean of the patches, which are not normalised
  * behind the last block.
  */
sealed abstract private[onednn] class ClipFamily(val modelType: String) extends ModelFamily {
  override val patchSize = 32
  override val activation = "quick_gelu"
  override val epsilon = 1e-5f

  private val root = "vision_model"

  override def encoder(top: Settings): Settings = top.in("vision_config")

  override def structure(settings: Settings): VitStructure = VitStructure(
    Embedding(
      patches = s"$root.embeddings.patch_embedding",
      hasPatchBias = false,
      leading = Seq(LeadingTokens(s"$root.embeddings.class_embedding", dims = Seq.empty)),
      positions = Some(Positions(s"$root.embeddings.position_embedding.weight", dims = Seq.empty)),
      norm = Some(s"$root.pre_layrnorm") // the checkpoints' own spelling
    ),
    BlockNames.ofClip(root),
    Head.PatchMean()
  )
}
