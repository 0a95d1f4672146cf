package vitscale.onednn.vit

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import org.scalatest.funsuite.AnyFunSuite

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.layer.Activation
import vitscale.{ModelException, TemporaryFolder}

class VitConfigSuite extends AnyFunSuite with TemporaryFolder {

  private def config(json: String): VitConfig = withFolder { folder =>
    val file = folder.resolve("config.json")
    Files.write(file, json.getBytes(UTF_8))
    VitConfig.of(Settings.of(file), 10, input = (224, 224))
  }

  test("what is not named has ViTConfig's defaults") {
    val base = config("{}")
    assert(
      (base.hidden, base.layers, base.heads, base.intermediate, base.tokens) == ((768, 12, 12, 3072, 197))
    )
    assert(
      base.structure.blocks.unbiased.isEmpty && base.epsilon == 1e-12f && base.activation == Activation
        .named("gelu")
        .get
    )
  }

  test("pixels beyond the last whole patch belong to no patch") {
    val odd = config("""{"image_size": [50, 70], "patch_size": [16, 8]}""")
    assert((odd.gridHeight, odd.gridWidth, odd.tokens, odd.patchSize) == ((3, 8, 25, 384)))
  }

  test("a value that no ViT has is refused by its name") {
    Seq(
      """{"hidden_size": 0}""" -> "hidden_size",
      """{"hidden_size": 100, "num_attention_heads": 3}""" -> "multiple of num_attention_heads, which is 3",
      """{"num_hidden_layers": "12"}""" -> "num_hidden_layers",
      """{"hidden_act": "mish"}""" -> "the oneDNN engine expects gelu, ",
      """{"layer_norm_eps": -1}""" -> "layer_norm_eps",
      """{"qkv_bias": 1}""" -> "true or false",
      """{"patch_size": 225}""" -> "at most the image_size",
      """{"image_size": [1, 2, 3]}""" -> "[height, width]",
      """{"num_channels": 1}""" -> "num_channels",
      "{" -> "is not JSON"
    ).foreach { case (json, expected) =>
      assert(intercept[ModelException](config(json)).getMessage.contains(expected))
    }
  }

  test("each family has the defaults of its configuration class") {
    val section = """, "vision_config": {}"""
    Seq(
      ("deit", "", 198, 1e-12f, "gelu"),
      ("vit_msn", "", 197, 1e-6f, "gelu"),
      ("ijepa", "", 196, 1e-12f, "gelu"),
      ("dinov2", "", 257, 1e-6f, "gelu"),
      ("dinov2_with_registers", "", 201, 1e-6f, "gelu"),
      ("siglip", section, 196, 1e-6f, "gelu_pytorch_tanh"),
      ("clip", section, 50, 1e-5f, "quick_gelu"),
      ("beit", "", 197, 1e-12f, "gelu"),
      ("data2vec-vision", "", 197, 1e-12f, "gelu")
    ).foreach { case (family, more, tokens, epsilon, activation) =>
      val found = config(s"""{"model_type": "$family"$more}""")
      assert((found.tokens, found.epsilon) == ((tokens, epsilon)), family)
      assert(found.activation == Activation.named(activation).get, family)
    }
  }

  test("DINOv2 resamples the positions of its training to the images of the preprocessor") {
    val base = config("""{"model_type": "dinov2", "image_size": 518}""")
    assert((base.positionGrid, base.gridHeight, base.gridWidth) == (((37, 37), 16, 16)))
  }

  test("SwiGLU is as wide as DINOv2-giant has it") {
    val giant = config("""{"model_type": "dinov2", "hidden_size": 1536, "use_swiglu_ffn": true}""")
    assert(giant.intermediate == 4096 && giant.isGated && giant.activation == Activation.OfGate)
  }
}
