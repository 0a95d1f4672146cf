package vitscale.onednn.convnext

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.TemporaryFolder
import vitscale.onednn.MadeCheckpoint
import vitscale.onednn.MadeCheckpoint.{linear, norm}
import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.OneDnnWeights
import vitscale.onednn.library.{Numbers, OneDnn}

/** ConvNeXT tiny with made weights; its logits are compared with those of Transformers in Python's tests. */
class ConvNextPlanSuite extends AnyFunSuite with TemporaryFolder {

  private def config(folder: Path, settings: String): ConvNextConfig = {
    val file = folder.resolve("config.json")
    Files.write(file, s"""{"model_type": "convnext", $settings}""".getBytes(UTF_8))
    ConvNextConfig.of(Settings.of(file), classes = 10, input = (224, 224))
  }

  private def tensors(config: ConvNextConfig): Map[String, Seq[Long]] = {
    val last = config.stages.last.channels
    val first = config.stages.head.channels.toLong
    val stem =
      linear(
        "convnext.embeddings.patch_embeddings",
        Seq(first, 3, config.patch.toLong, config.patch.toLong)
      ) ++
        norm("convnext.embeddings.layernorm", first.toInt)
    val halves = config.stages.zip(config.stages.tail).flatMap { case (before, stage) =>
      val name = s"convnext.encoder.stages.${stage.index}.downsampling_layer"
      norm(s"$name.0", before.channels) ++
        linear(s"$name.1", Seq(stage.channels.toLong, before.channels.toLong, 2, 2))
    }
    val head = norm("convnext.layernorm", last) ++ linear("classifier", Seq(10L, last.toLong))
    (stem ++ halves ++ config.stages.flatMap(blocks) ++ head).toMap
  }

  private def blocks(stage: ConvNextStage): Seq[(String, Seq[Long])] =
    (0 until stage.blocks).flatMap { index =>
      val name = s"convnext.encoder.stages.${stage.index}.layers.$index"
      val channels = stage.channels.toLong
      linear(s"$name.dwconv", Seq(channels, 1, 7, 7)) ++ norm(s"$name.layernorm", stage.channels) ++
        linear(s"$name.pwconv1", Seq(4 * channels, channels)) ++
        linear(s"$name.pwconv2", Seq(channels, 4 * channels)) :+
        (s"$name.layer_scale_parameter" -> Seq(channels))
    }

  test("no step falls back to a reference implementation, which is a hundred times slower") {
    withFolder { folder =>
      val model = config(folder, """"depths": [1, 1, 1, 1]""")
      MadeCheckpoint.write(folder, tensors(model), _ => 0f)
      val weights = OneDnnWeights.open(folder)
      try
        Seq("fp32", "bf16").filter(_ == "fp32" || OneDnn.instructions.bf16).foreach { precision =>
          val plans = model.plans(weights.pack, MixedPrecision(Numbers.of(precision, OneDnn.instructions)))
          Seq(1, 4).foreach { images =>
            val plan = plans.whole(images)
            assert(plan.implementations.size > 10)
            assert(plan.implementations.filter(_.contains("ref")) == Set.empty, s"$precision, $images images")
            plan.close()
          }
        }
      finally weights.close()
    }
  }

  test("stages halve height and width, and numbers beyond whole patches are left out") {
    withFolder { folder =>
      val sizes = config(folder, """"patch_size": 5""").stages.map(stage => stage.height -> stage.width)
      assert(sizes == Seq(44 -> 44, 22 -> 22, 11 -> 11, 5 -> 5))
    }
  }
}
