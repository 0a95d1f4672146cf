package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings

/** Oquab et al. 2024, "DINOv2: Learning Robust Visual Features without Supervision" (`Dinov2ForImageClassification`). The
  * classifier reads the class token and the mean of the patches, side by side.
  */
private[onednn] object Dinov2 extends Dinov2Family("dinov2", Bicubic.Plain) {
  override val patchSize = 14

  override protected def registers(settings: Settings): Seq[LeadingTokens] = Seq.empty
}

/** Darcet et al. 2024, "Vision Transformers Need Registers" (`Dinov2WithRegistersForImageClassification`): tokens without
  * positions, which no classifier reads, between the class token and the patches.
  */
private[onednn] object Dinov2WithRegisters
    extends Dinov2Family("dinov2_with_registers", Bicubic.Antialiased) {

  override protected def registers(settings: Settings): Seq[LeadingTokens] = {
    val count = settings.count("num_register_tokens", 4, MostRegisters)
    if (count == 0) Seq.empty
    else
      Seq(
        LeadingTokens(s"$modelType.embeddings.register_tokens", Seq(1L, count.toLong), havePositions = false)
      )
  }

  private val MostRegisters = 1 << 10
}

/** What both have in common.
  *
  * @param resampling
  *   how position embeddings become those of images of another size
  */
sealed abstract private[onednn] class Dinov2Family(val modelType: String, resampling: Bicubic)
    extends ModelFamily {
  override val epsilon = 1e-6f

  protected def registers(settings: Settings): Seq[LeadingTokens]

  /** `mlp_ratio` times the hidden size; two thirds of that with SwiGLU, rounded up to a multiple of 8
    * (`Dinov2SwiGLUFFN`).
    */
  override def intermediate(settings: Settings): Int = {
    val hidden = settings.hidden
    val wide = hidden * settings.number("mlp_ratio", 4)
    if (wide < 1 || wide > ModelFamily.LargestWidth)
      settings.refuse("mlp_ratio", s"a number that makes 1 to ${ModelFamily.LargestWidth} of $hidden")
    if (isGated(settings)) ((wide.toInt * 2.0 / 3).toInt + 7) / 8 * 8 else wide.toInt
  }

  override def structure(settings: Settings): VitStructure = VitStructure(
    Embedding(
      patches = s"$modelType.embeddings.patch_embeddings.projection",
      leading = LeadingTokens(s"$modelType.embeddings.cls_token") +: registers(settings),
      positions = Some(Positions(s"$modelType.embeddings.position_embeddings", resampling = Some(resampling)))
    ),
    blocks(settings).withBiasOf(settings),
    Head.PatchMean(normOfTokens = Some(s"$modelType.layernorm"), withFirstToken = true)
  )

  private def blocks(settings: Settings): BlockNames = {
    val names = BlockNames.ofDinov2(modelType)
    if (isGated(settings))
      names.copy(isGated = true, feedForwardIn = "mlp.weights_in", feedForwardOut = "mlp.weights_out")
    else names
  }

  private def isGated(settings: Settings): Boolean = settings.flag("use_swiglu_ffn", default = false)
}
