package vitscale.classify

import java.util.concurrent.{Callable, Executors}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.image.decode.ImageDecoder
import vitscale.image.DecodeLimits
import vitscale.{TestImages, TinyModel}

class StageClockSuite extends AnyFunSuite {

  private val Millis = 1000000L

  test("many threads add time while another one takes it, and none is lost") {
    val clock = new StageClock
    val threads = Executors.newFixedThreadPool(4)
    val rest: Callable[Unit] = () => (0 until 5).foreach(_ => clock.time("decode")(Thread.sleep(2)))
    val running = (0 until 4).map(_ => threads.submit(rest))
    var taken = 0L
    while (!running.forall(_.isDone)) taken += clock.take()("decode")
    taken += clock.take()("decode")
    threads.shutdown()
    assert(taken >= 4 * 5 * 2 * Millis)
    assert(clock.take().values.forall(_ == 0))
  }

  test("work that fails took time as well") {
    val clock = new StageClock
    assertThrows[IllegalStateException](clock.time("forward") {
      Thread.sleep(2)
      throw new IllegalStateException
    })
    assert(clock.take()("forward") >= 2 * Millis)
  }

  test("a classifier spends time in each stage, and none in the pass for images that it cannot decode") {
    val classifier = ViTClassifier.open(TinyModel.path)
    def spent(images: Seq[Array[Byte]]): Map[String, Long] = {
      val clock = new StageClock
      classifier
        .stream(images.iterator, InferenceOptions(), clock = clock)(
          ImageDecoder.decode(_, DecodeLimits.default)
        )
        .foreach(_ => ())
      clock.take()
    }
    try {
      assert(spent(Seq(TestImages.jpeg(0))).values.forall(_ > 0))
      val broken = spent(Seq(TestImages.garbage))
      assert(broken("decode") > 0 && broken("preprocess") == 0 && broken("forward") == 0)
    } finally classifier.close()
  }
}
