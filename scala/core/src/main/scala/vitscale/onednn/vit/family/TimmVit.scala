package vitscale.onednn.vit.family

import vitscale.onednn.checkpoint.Settings

/** Vision Transformers of timm (`timm.models.vision_transformer.VisionTransformer`), which Transformers wraps as
  * `TimmWrapperForImageClassification`. A checkpoint's `config.json` names only the architecture, so the export adds the
  * architecture's parts as `plain_vit`, under timm's names where Transformers has none.
  */
private[onednn] object TimmVit extends ModelFamily {
  override val modelType = "timm_wrapper"

  private val Parts = "plain_vit"
  private val Root = "timm_model"
  private val Classifier = s"$Root.head"
  private val MostRegisters = 1 << 10

  override def encoder(top: Settings): Settings =
    if (top.has(Parts)) top.in(Parts)
    else top.refuse("architecture", "a plain Vision Transformer of timm, such as vit_base_patch16_224")

  override def structure(settings: Settings): VitStructure =
    VitStructure(embedding(settings), blocks(settings), head(settings))

  private def embedding(settings: Settings): Embedding = {
    val hasNorm = settings.flag("pre_norm", default = false)
    Embedding(
      patches = s"$Root.patch_embed.proj",
      hasPatchBias = !hasNorm,
      leading = leading(settings),
      positions =
        if (settings.flag("pos_embed", default = true)) Some(Positions(s"$Root.pos_embed")) else None,
      norm = if (hasNorm) Some(s"$Root.norm_pre") else None
    )
  }

  /** The class token, then registers. */
  private def leading(settings: Settings): Seq[LeadingTokens] = {
    val havePositions = !settings.flag("no_embed_class", default = false)
    val registers = settings.count("reg_tokens", 0, MostRegisters)
    val first =
      if (settings.flag("class_token", default = true))
        Seq(LeadingTokens(s"$Root.cls_token", havePositions = havePositions))
      else Seq.empty
    val others =
      if (registers == 0) Seq.empty
      else Seq(LeadingTokens(s"$Root.reg_token", Seq(1L, registers.toLong), havePositions))
    first ++ others
  }

  private def blocks(settings: Settings): BlockNames = {
    val names = BlockNames.ofTimm(Root).withBiasOf(settings)
    if (settings.flag("layer_scale", default = false))
      names.copy(layerScales = Some(("ls1.gamma", "ls2.gamma")))
    else names
  }

  /** `final_norm` names the normalisation behind the last block: of all tokens (`norm`), or of what is pooled (`fc_norm`). */
  private def head(settings: Settings): Head = {
    val norm = settings.text("final_norm", "norm")
    def named(name: String): Option[String] = if (norm == name) Some(s"$Root.$name") else None
    settings.text("global_pool", "token") match {
      case "token" =>
        if (norm == "none") settings.refuse("final_norm", "norm or fc_norm for a class token")
        Head.FirstTokens(s"$Root.$norm", Seq(Classifier))
      case "avg" =>
        Head.PatchMean(named("norm"), named("fc_norm"), classifier = Classifier)
      case _ => settings.refuse("global_pool", "token or avg")
    }
  }
}
