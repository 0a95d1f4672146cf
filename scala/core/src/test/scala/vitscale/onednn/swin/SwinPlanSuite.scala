package vitscale.onednn.swin

import java.util.concurrent.{ExecutorService, Executors}

import scala.util.Random

import org.scalatest.funsuite.AnyFunSuite

import vitscale.onednn.OneDnnPass
import vitscale.onednn.int8.MixedPrecision
import vitscale.onednn.layer.OneDnnWeights
import vitscale.onednn.library.{Numbers, OneDnn}
import vitscale.onednn.pass.{PassCores, Plans}
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}
import vitscale.{TemporaryFolder, TinyModel}

class SwinPlanSuite extends AnyFunSuite with TemporaryFolder {

  private val precisions = Seq("fp32", "bf16").filter(name => name != "bf16" || OneDnn.instructions.bf16)

  private def numbersOf(precision: String): Numbers = Numbers.of(precision, OneDnn.instructions)

  /** oneDNN's reference implementations are a hundred times slower than the others. */
  Seq(
    (SwinModels.Tiny, 224, 2),
    (SwinModels.Tiny + """, "use_absolute_embeddings": true""", 224, 1),
    (SwinModels.Base, 384, 1),
    (SwinModels.Second, 256, 2)
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

  test("an image has the same results in batches of 1 to 4 and on 1 to 3 cores") {
    withFolder { folder =>
      val random = new Random(7)
      val settings =
        """"embed_dim": 32, "depths": [2, 2], "num_heads": [1, 2], "window_size": 4, "use_absolute_embeddings": true, "image_size": 52"""
      val config = SwinModels.write(folder, settings, 52, _ => (0.1 * random.nextGaussian()).toFloat)
      val weights = OneDnnWeights.open(folder)
      val pool = Executors.newFixedThreadPool(3)
      try
        precisions.foreach { precision =>
          val plans = config.plans(weights.pack, MixedPrecision(numbersOf(precision)))
          val alone = (0 until 4).map(image => logits(plans, image, images = 1).head)
          val largest = alone.flatten.map(math.abs(_)).max
          assert(largest > 0.1)
          for (images <- 1 to 4; threads <- 1 to 3) {
            val found = logits(plans, 0, images, threads, Some(pool).filter(_ => threads > 1))
            val differences =
              found.zip(alone).flatMap { case (one, other) => one.zip(other).map(pair => pair._1 - pair._2) }
            val which = s"$precision, $images images on $threads cores"
            assert(differences.map(math.abs(_)).max < 1e-5 * largest, which)
          }
        }
      finally {
        pool.shutdown()
        weights.close()
      }
    }
  }

  /** The logits of some of four images, each computed twice.
    *
    * @param first
    *   index of the first image
    */
  private def logits(
      plans: Plans,
      first: Int,
      images: Int,
      threads: Int = 1,
      pool: Option[ExecutorService] = None
  ): IndexedSeq[Array[Float]] = {
    val model = plans.architecture
    val preprocessor =
      new Preprocessor(PreprocessorConfig.read(TinyModel.path.resolve("preprocessor_config.json")))
    val buffers = OneDnnPass.buffersOf(model, preprocessor, images)
    val random = new Random(8)
    val values = Array.fill(4 * model.pixels)(random.nextGaussian().toFloat)
    buffers.input(images).asFloatBuffer().put(values, first * model.pixels, images * model.pixels)
    val cores = new PassCores(plans, threads, pool)
    try {
      cores.run(buffers, images)
      cores.run(buffers, images)
    } finally cores.close()
    (0 until images).map(buffers.logitsOf)
  }
}
