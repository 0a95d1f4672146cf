package vitscale.classify

import java.util.concurrent.{Callable, Executors, TimeUnit}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.image.decode.ImageDecoder
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.calibrate.Calibrator
import vitscale.onednn.library.OneDnn
import vitscale.{TestImages, TinyModel}

/** Both native libraries in one JVM. Each sets up the tiles of AMX for its own products, thread by thread, so threads that
  * take them in turns would show a library that trusts what another one left.
  *
  * `VITSCALE_STRESS_SECONDS` makes it longer: `make stress`.
  */
class BothRuntimesSuite extends AnyFunSuite {

  private val seconds = sys.env.get("VITSCALE_STRESS_SECONDS").fold(5)(_.toInt)
  private val images = (0 until 8).map(TestImages.jpeg)

  private lazy val calibrated = {
    val folder = ModelFolder.open(TinyModel.copy(), "int8", ModelRuntime.OneDnn)
    def some = images.iterator.map(ImageDecoder.decode(_))
    if (OneDnn.instructions.vnni) new Calibrator(folder, _ => ()).calibrate(some, some, least = 0).write()
    folder.path
  }

  private def lanes: Seq[(String, String)] =
    Seq("onnxruntime" -> "fp32", "onednn" -> "fp32") ++
      Some("onednn" -> "bf16").filter(_ => OneDnn.instructions.bf16) ++
      Some("onednn" -> "int8").filter(_ => OneDnn.instructions.vnni)

  private def logits(classifier: ViTClassifier, count: Int): Seq[Seq[Float]] =
    classifier
      .classify(images.take(count), InferenceOptions(batchSize = 2, returnLogits = true))
      .map(_.fold(failure => fail(failure.reason), _.logits.get.toSeq))

  test("threads that use both runtimes in turns get the answers of one alone, to the bit") {
    val opened = lanes.map { case (runtime, precision) =>
      ViTClassifier.open(calibrated, precision, TinyModel.options, runtime)
    }
    val pool = Executors.newFixedThreadPool(8)
    try {
      val expected = opened.map(logits(_, images.size))
      val end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds.toLong)
      val work = (0 until 8).map { thread =>
        (() => {
          var turn = thread
          var wrong = 0
          while (System.nanoTime() < end) {
            val lane = turn % opened.size
            val count = 1 + turn % images.size
            if (logits(opened(lane), count) != expected(lane).take(count)) wrong += 1
            turn += 1
          }
          (turn - thread, wrong)
        }): Callable[(Int, Int)]
      }
      val done = pool.invokeAll(work.asJava).asScala.map(_.get())
      assert(done.map(_._2).sum == 0)
      assert(done.map(_._1).sum > 8 * opened.size)
    } finally {
      pool.shutdown()
      opened.foreach(_.close())
    }
  }
}
