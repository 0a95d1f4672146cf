package vitscale.classify

import scala.concurrent.duration._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.forward.{ForwardBuffers, ForwardPass, SessionPool}

/** Decoders and devices of given speeds, which sleep rather than compute: together they are as fast as the slower side alone.
  * Whatever else runs on the machine can only slow them down, so the best of a few attempts counts.
  */
class OverlapSpeedSuite extends AnyFunSuite {

  private val batchSize = 16
  private val batches = 50
  private val decoders = 8
  private val tolerance = 0.05
  private val attempts = 6

  /** Images per second of decoders that take so long for an image, and of devices that take so long for a batch. */
  private def speed(decode: FiniteDuration, pass: FiniteDuration, devices: Int = 1): Double = {
    val fakes = Seq.fill(devices)(new FakeDevice(pass))
    val device = if (devices == 1) fakes.head else new FakeDevices(fakes)
    val classifier = new OverlappedClassifier(FakeDevice.steps, device, decoders)
    try {
      val images = batches * batchSize
      val start = System.nanoTime()
      val answers =
        classifier.stream(Iterator.range(0, images), InferenceOptions(1, batchSize), device.concurrency + 2) {
          id =>
            if (decode > Duration.Zero) Thread.sleep(decode.toMillis)
            FakeDevice.image(id)
        }
      assert(answers.count(_._2.isRight) == images)
      val seconds = (System.nanoTime() - start) / 1e9
      info(f"decode $decode, pass $pass, $devices device(s): ${images / seconds}%.0f images/s")
      images / seconds
    } finally classifier.close()
  }

  private def reaches(bar: Double)(attempt: => Double): Boolean =
    Iterator.continually(attempt).take(attempts).exists(_ >= (1 - tolerance) * bar)

  private def requireSpeedOfSlower(decode: FiniteDuration, pass: FiniteDuration): Unit = {
    val slower = math.min(speed(decode, Duration.Zero), speed(Duration.Zero, pass))
    assert(reaches(slower)(speed(decode, pass)))
    ()
  }

  test("with slow decoders, images come as fast as they are decoded") {
    requireSpeedOfSlower(decode = 40.millis, pass = 40.millis) // 200 and 400 images/s
  }

  test("with a slow device, images come as fast as it computes") {
    requireSpeedOfSlower(decode = 20.millis, pass = 80.millis) // 400 and 200 images/s
  }

  test("two slow devices are twice as fast as one") {
    val one = speed(decode = 8.millis, pass = 80.millis)
    assert(reaches(2 * one)(speed(decode = 8.millis, pass = 80.millis, devices = 2)))
  }
}

/** Several fake devices behind one, as a model open on several GPUs is. */
final private class FakeDevices(devices: Seq[FakeDevice]) extends ForwardPass {

  private val turns = new SessionPool(devices, each = 2)

  override def concurrency: Int = turns.count

  override def featureCount: Int = devices.head.featureCount

  override def buffers(capacity: Int): ForwardBuffers = devices.head.buffers(capacity)

  override def forward(buffers: ForwardBuffers, count: Int, withFeatures: Boolean): Unit =
    turns.use(_.forward(buffers, count, withFeatures))
}
