package vitscale.onednn.swin

import scala.util.Random

import org.bytedeco.javacpp.{BytePointer, FloatPointer}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.TemporaryFolder
import vitscale.onednn.{ImagePlaces, Numbers, OneDnn, OneDnnWeights}

class SwinPlanSuite extends AnyFunSuite with TemporaryFolder {

  private val precisions = Seq("fp32", "bf16").filter(name => name != "bf16" || OneDnn.instructions.bf16)

  private def numbersOf(precision: String): Numbers = Numbers.of(precision, OneDnn.instructions)

  /** oneDNN's reference implementations are a hundred times slower than the others. */
  Seq(
    (SwinModels.Tiny, 224, 2),
    (SwinModels.Tiny + """, "use_absolute_embeddings": true""", 224, 1),
    (SwinModels.Base, 384, 1)
  ).foreach { case (settings, side, images) =>
    test(s"no step of $images images falls back to a reference implementation: $settings") {
      withFolder { folder =>
        val config = SwinModels.write(folder, settings, side)
        val weights = OneDnnWeights.open(folder)
        try
          precisions.foreach { precision =>
            val plan = SwinPlan.build(config, weights.pack, numbersOf(precision), images)
            val found = plan.implementations
            plan.close()
            assert(found.size > 10)
            assert(found.filter(_.contains("ref")) == Set.empty, precision)
          }
        finally weights.close()
      }
    }
  }

  test("an image has the same results in batches of 1 to 4") {
    withFolder { folder =>
      val numbers = new Random(7)
      val settings =
        """"embed_dim": 32, "depths": [2, 2], "num_heads": [1, 2], "window_size": 4, "use_absolute_embeddings": true, "image_size": 52"""
      val config = SwinModels.write(folder, settings, 52, _ => (0.1 * numbers.nextGaussian()).toFloat)
      val weights = OneDnnWeights.open(folder)
      try
        precisions.foreach { precision =>
          val alone = run(config, weights, precision, 1, from = 3)
          (2 to 4).foreach { images =>
            val last = run(config, weights, precision, images, from = 4 - images).takeRight(alone.size)
            val largest = alone.map(math.abs(_)).max
            val difference = alone.zip(last).map { case (one, other) => math.abs(one - other) }.max
            assert(largest > 0.1 && difference < 1e-5 * largest, s"$precision, $images images")
          }
        }
      finally weights.close()
    }
  }

  /** The logits of some of four images. */
  private def run(
      config: SwinConfig,
      weights: OneDnnWeights,
      precision: String,
      images: Int,
      from: Int
  ): IndexedSeq[Float] = {
    val numbers = new Random(8)
    val values = Array.fill(4 * config.pixels)(numbers.nextGaussian().toFloat)
    val pixels = new FloatPointer(values.slice(from * config.pixels, (from + images) * config.pixels): _*)
    val logits = new FloatPointer(images.toLong * config.classes)
    val at =
      ImagePlaces(new BytePointer(pixels), logits, new FloatPointer(images.toLong * config.features))
    val plan = SwinPlan.build(config, weights.pack, numbersOf(precision), images)
    try {
      plan.run(at)
      plan.run(at)
      (0 until images * config.classes).map(index => logits.get(index.toLong))
    } finally plan.close()
  }
}
