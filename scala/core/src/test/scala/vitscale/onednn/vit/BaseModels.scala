package vitscale.onednn.vit

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import vitscale.onednn.MadeCheckpoint
import vitscale.onednn.checkpoint.Settings

/** Models of each family in the size of the base models, with two blocks: the last one may compute fewer tokens. */
object BaseModels {

  /** A part of `config.json` for each. */
  val settings: Seq[String] = Seq(
    """"model_type": "deit", "architectures": ["DeiTForImageClassificationWithTeacher"]""",
    """"model_type": "ijepa"""",
    """"model_type": "dinov2", "image_size": 518""",
    """"model_type": "dinov2_with_registers", "use_swiglu_ffn": true, "patch_size": 14, "image_size": 518""",
    """"model_type": "siglip", "vision_config": {"num_hidden_layers": 2}""",
    """"model_type": "clip", "vision_config": {"num_hidden_layers": 2}""",
    """"model_type": "beit", "use_relative_position_bias": true""",
    """"model_type": "data2vec-vision", "use_shared_relative_position_bias": true, "use_mean_pooling": false""",
    """"model_type": "timm_wrapper", "plain_vit":
      |{"num_hidden_layers": 2, "reg_tokens": 4, "layer_scale": true, "pre_norm": true, "global_pool": "avg"}""".stripMargin
  )

  /** Writes `config.json` and a checkpoint.
    *
    * @param weight
    *   the value of each weight by its number
    */
  def write(folder: Path, settings: String, weight: Int => Float = _ => 0f): VitConfig = {
    val file = folder.resolve("config.json")
    Files.write(file, s"""{"num_hidden_layers": 2, $settings}""".getBytes(UTF_8))
    val config = VitConfig.of(Settings.of(file), classes = 1000, input = (224, 224))
    MadeCheckpoint.write(folder, config, weight)
    config
  }
}
