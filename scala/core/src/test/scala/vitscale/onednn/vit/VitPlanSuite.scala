package vitscale.onednn.vit

import org.scalatest.funsuite.AnyFunSuite

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.int8.{BlockRanges, BlockScales, Int8Scales, MixedPrecision}
import vitscale.onednn.layer.OneDnnWeights
import vitscale.onednn.library.{Numbers, OneDnn}
import vitscale.{TemporaryFolder, TinyModel}

/** oneDNN's reference implementations are a hundred times slower than the others, so no step may fall back to one. */
class VitPlanSuite extends AnyFunSuite with TemporaryFolder {

  private val precisions = Numbers.Names.filter(name => name != "bf16" || OneDnn.instructions.bf16)

  private def implementations(weights: OneDnnWeights, config: VitConfig, precision: String): Set[String] = {
    val scales = Int8Scales(IndexedSeq.fill(config.layers)(Some(BlockScales(BlockRanges(4f, 4f, 4f, 4f)))))
    val numbers = Numbers.of(precision, OneDnn.instructions.copy(vnni = true))
    val plan = VitPlan.build(config, weights.pack, MixedPrecision(numbers, Some(scales)), images = 2)
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
    val config =
      VitConfig.of(Settings.of(TinyModel.path.resolve("config.json")), classes = 11, input = (32, 32))
    check(OneDnnWeights.open(TinyModel.path), config)
  }

  test("a ViT of the base size that merges tokens") {
    withFolder { folder =>
      val config = BaseModels.write(folder, """"model_type": "vit"""")
      check(OneDnnWeights.open(folder), config.merging(8).get)
    }
  }

  test("tokens are merged where the class token alone is classified and positions are in the tokens") {
    val merging = BaseModels.settings.filter(settings =>
      withFolder(folder => BaseModels.write(folder, settings).merging(8).isDefined)
    )
    assert(merging == Seq.empty)
    withFolder { folder =>
      Seq("vit", "vit_msn").foreach { kind =>
        assert(BaseModels.write(folder, s""""model_type": "$kind"""").merging(8).isDefined, kind)
      }
    }
  }

  BaseModels.settings.foreach { settings =>
    test(s"a model with $settings") {
      withFolder { folder =>
        val config = BaseModels.write(folder, settings)
        check(OneDnnWeights.open(folder), config)
      }
    }
  }
}
