package vitscale.onednn.vit

import java.nio.file.Path
import java.util.concurrent.{CompletableFuture, Executors}

import scala.util.Random

import org.bytedeco.javacpp.{BytePointer, FloatPointer}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.TemporaryFolder
import vitscale.onednn.int8.{BlockRanges, BlockScales, Int8Scales, MixedPrecision}
import vitscale.onednn.layer.{OneDnnWeights, TokenRange}
import vitscale.onednn.library.{Numbers, OneDnn}
import vitscale.onednn.pass.ImagePlaces
import vitscale.onednn.plan.Meeting

/** One image on several cores, beside the same image on one core. */
class VitSplitPlanSuite extends AnyFunSuite with TemporaryFolder {

  private val precisions = Numbers.Names.filter(name => name != "bf16" || OneDnn.instructions.bf16)
  private val pool = Executors.newCachedThreadPool()

  private def random(folder: Path, settings: String): VitConfig = {
    val numbers = new Random(7)
    BaseModels.write(folder, settings, _ => (0.05 * numbers.nextGaussian()).toFloat)
  }

  private def places(config: VitConfig): ImagePlaces = {
    val numbers = new Random(8)
    val pixels = new FloatPointer(config.pixels.toLong)
    (0 until config.pixels).foreach(at => pixels.put(at.toLong, numbers.nextGaussian().toFloat))
    val features = new FloatPointer(math.max(1, config.features).toLong)
    ImagePlaces(new BytePointer(pixels), new FloatPointer(config.classes.toLong), features)
  }

  private def run(work: Seq[() => Unit]): Unit =
    work.map(part => CompletableFuture.runAsync(() => part(), pool)).foreach(_.join())

  private def read(from: FloatPointer, count: Int): IndexedSeq[Float] =
    (0 until count).map(at => from.get(at.toLong))

  private def results(at: ImagePlaces, config: VitConfig) =
    (read(at.logits, config.classes), read(at.features, config.features))

  BaseModels.settings.foreach { settings =>
    test(s"a model with $settings") {
      withFolder { folder =>
        val config = random(folder, settings)
        val weights = OneDnnWeights.open(folder)
        val at = places(config)
        try
          precisions.foreach { precision =>
            val scales =
              Int8Scales(IndexedSeq.fill(config.layers)(Some(BlockScales(BlockRanges(4f, 4f, 4f, 4f)))))
            val numbers = Numbers.of(precision, OneDnn.instructions.copy(vnni = true))
            val plans = new VitPlans(config, weights.pack, MixedPrecision(numbers, Some(scales)))
            val whole = plans.whole(images = 1)
            whole.run(at)
            val expected = results(at, config)
            whole.close()
            Seq(2, 3).foreach { threads =>
              val plan = plans.split(threads)
              (1 to 2).foreach { _ =>
                at.logits.zero[FloatPointer]()
                run(plan.work(at))
                assert(results(at, config) == expected, s"$precision on $threads cores")
              }
              plan.close()
            }
          }
        finally weights.close()
      }
    }
  }

  test("an image has at least eight tokens for each core") {
    withFolder { folder =>
      val config = BaseModels.write(folder, BaseModels.settings.head)
      assert(config.tokens == 198)
      assert(Seq(1, 2, 24, 25, 64).map(VitSplitPlan.threads(config, _)) == Seq(1, 2, 24, 24, 24))
    }
  }

  test("parts of almost the same size hold each token once") {
    for (tokens <- Seq(8, 17, 197, 198); count <- 1 to 8) {
      val parts = TokenRange.parts(tokens, count)
      assert(parts.flatMap(part => part.first until part.first + part.count) == (0 until tokens))
      assert(parts.map(_.count).max - parts.map(_.count).min <= 1)
    }
  }

  test("nobody waits for a thread that failed, and the next pass works") {
    val meeting = new Meeting(2)
    (1 to 3).foreach { _ =>
      meeting.begin()
      val waiting = CompletableFuture.runAsync(() => meeting.await(), pool)
      meeting.cancel()
      val error = intercept[java.util.concurrent.CompletionException](waiting.join())
      assert(error.getCause.isInstanceOf[Meeting.Cancelled])
      meeting.begin()
      run(Seq.fill(2)(() => meeting.await()))
    }
  }
}
