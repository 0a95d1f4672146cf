package vitscale.onednn

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import org.scalatest.funsuite.AnyFunSuite

import vitscale.{TemporaryFolder, TinyModel}

/** oneDNN's reference implementations are a hundred times slower than the others, so no step may fall back to one. */
class VitPlanSuite extends AnyFunSuite with TemporaryFolder {

  private val precisions = Numbers.Names.filter(name => name != "bf16" || OneDnn.instructions.bf16)

  private def implementations(weights: OneDnnWeights, config: VitConfig, precision: String): Set[String] = {
    val scales = Int8Scales(IndexedSeq.fill(config.layers)(Some(BlockScales(BlockRanges(4f, 4f, 4f, 4f)))))
    val numbers = Numbers.of(precision, OneDnn.instructions.copy(vnni = true))
    val plan = VitPlan.build(config, weights.pack, numbers, images = 2, Some(scales))
    try plan.implementations
    finally plan.close()
  }

  private def check(weights: OneDnnWeights, config: VitConfig): Unit =
    try
      precisions.foreach { precision =>
        val found = implementations(weights, config, precision)
        assert(found.size > 10)
        assert(found.filter(_.contains("ref")) == Set.empty, precision)
      }
    finally weights.close()

  test("a tiny ViT") {
    val config = VitConfig.read(TinyModel.path.resolve("config.json"), classes = 11, input = (32, 32))
    check(OneDnnWeights.open(TinyModel.path), config)
  }

  /** Of the size of the base models, with two blocks: the last one may compute fewer tokens. */
  private val models = Seq(
    """"model_type": "deit", "architectures": ["DeiTForImageClassificationWithTeacher"]""",
    """"model_type": "ijepa"""",
    """"model_type": "dinov2", "image_size": 518""",
    """"model_type": "dinov2_with_registers", "use_swiglu_ffn": true, "patch_size": 14, "image_size": 518""",
    """"model_type": "siglip", "vision_config": {"num_hidden_layers": 2}""",
    """"model_type": "clip", "vision_config": {"num_hidden_layers": 2}""",
    """"model_type": "beit", "use_relative_position_bias": true""",
    """"model_type": "data2vec-vision", "use_shared_relative_position_bias": true, "use_mean_pooling": false"""
  )

  models.foreach { settings =>
    test(s"a model with $settings") {
      withFolder { folder =>
        val file = folder.resolve("config.json")
        Files.write(file, s"""{"num_hidden_layers": 2, $settings}""".getBytes(UTF_8))
        val config = VitConfig.read(file, classes = 1000, input = (224, 224))
        EmptyCheckpoint.write(folder, config)
        check(OneDnnWeights.open(folder), config)
      }
    }
  }
}
