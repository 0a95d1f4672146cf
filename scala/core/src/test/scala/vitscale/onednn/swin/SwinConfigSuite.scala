package vitscale.onednn.swin

import org.scalatest.funsuite.AnyFunSuite

import vitscale.{ModelException, TemporaryFolder}

class SwinConfigSuite extends AnyFunSuite with TemporaryFolder {

  private def config(settings: String, side: Int = 224): SwinConfig = withFolder { folder =>
    SwinModels.config(settings, side, folder.resolve("config.json"))
  }

  test("what is not named has SwinConfig's defaults: swin-tiny-patch4-window7-224") {
    val tiny = config(""""architectures": []""")
    assert(tiny.stages.map(_.channels) == Seq(96, 192, 384, 768) && tiny.features == 768)
    assert(tiny.stages.map(_.blocks) == Seq(2, 2, 6, 2) && tiny.stages.map(_.heads) == Seq(3, 6, 12, 24))
    assert(tiny.stages.map(_.height) == Seq(56, 28, 14, 7) && tiny.stages.map(_.intermediate).head == 384)
    assert(tiny.epsilon == 1e-5f && tiny.hasQkvBias && !tiny.hasPositions && tiny.codedBlocks.isEmpty)
  }

  test("each second block is shifted by half a window, unless the map is one window") {
    val stages = config(""""window_size": 7""").stages
    assert((0 to 3).map(stages.head.windows(_).shift) == Seq(0, 3, 0, 3))
    assert((0 to 3).map(stages.last.windows(_).shift) == Seq(0, 0, 0, 0))
  }

  test("images have the preprocessor's size, or image_size where positions are learned") {
    assert(config(""""window_size": 12""", side = 384).imageWidth == 384)
    assert(config(""""use_absolute_embeddings": true""", side = 384).imageWidth == 224)
  }

  test("Swin V2 cuts windows down to the map, which it counts in whole halves") {
    val settings =
      """"model_type": "swinv2", "image_size": 144, "window_size": 8, "pretrained_window_sizes": [6, 0, 0, 0]"""
    val stages = config(settings, side = 144).stages
    assert(stages.map(_.height) == Seq(36, 18, 9, 5) && stages.map(_.window) == Seq(8, 8, 8, 4))
    assert(stages.map(_.shift) == Seq(4, 4, 4, 0) && stages.map(_.trainedWindow) == Seq(6, 0, 0, 0))
  }

  test("a window whose scores take too much memory is refused") {
    val settings = """"window_size": 64, "depths": [2], "num_heads": [6]"""
    val message = intercept[ModelException](config(settings, side = 512)).getMessage
    assert(message.contains("attention scores of a window, which are 100663296 at stage 1"))
  }

  test("a value that the engine does not run is refused by its name") {
    Seq(
      """"depths": []""" -> "depths",
      """"depths": [2, 2, 0, 2]""" -> "a list of whole numbers from 1 to",
      """"depths": [1, 1, 1, 1, 1, 1, 1, 1, 1]""" -> "at most 8 numbers",
      """"num_heads": [3, 6]""" -> "4 numbers, as many as depths has",
      """"num_heads": [3, 6, 12, 25]""" -> "divisors of the channels, which are 768 at stage 4",
      """"window_size": 8""" -> "at most 7, since stage 4 has 7x7 tokens",
      """"patch_size": 5""" -> "one that divides the image of 224x224 pixels",
      """"mlp_ratio": 0""" -> "mlp_ratio",
      """"hidden_act": "mish"""" -> "hidden_act",
      """"num_channels": 1""" -> "num_channels",
      """"model_type": "swinv2", "use_absolute_embeddings": true""" -> "false for swinv2",
      """"model_type": "swinv2", "image_size": 28""" -> "a token in each of the 4 stages",
      """"model_type": "swinv2", "pretrained_window_sizes": [0, 0]""" -> "at least 4 numbers",
      """"model_type": "swinv2", "pretrained_window_sizes": [1, 0, 0, 0]""" -> "none of them 1"
    ).foreach { case (settings, expected) =>
      assert(intercept[ModelException](config(settings)).getMessage.contains(expected), settings)
    }
  }
}
