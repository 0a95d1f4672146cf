package vitscale.serving

import java.util.concurrent.{CompletableFuture, CountDownLatch, ExecutionException}

import scala.concurrent.duration._
import scala.util.Try

import vitscale.ImageException
import vitscale.classify.{FakeDevice, Prediction}
import vitscale.forward.ForwardPass
import vitscale.image.PixelRows

/** Images and batchers for tests without a model. An image has two bytes: its class, and what happens when it is decoded. */
object FakeService {

  private val Broken: Byte = 1
  private val Bug: Byte = 2

  val quick: FiniteDuration = 1.milli

  def image(id: Int): Array[Byte] = Array(id.toByte, 0)
  def broken(id: Int): Array[Byte] = Array(id.toByte, Broken)

  /** An image whose decoder fails with an error that is not the image's own. */
  def bug(id: Int): Array[Byte] = Array(id.toByte, Bug)

  def batcher(
      device: ForwardPass,
      options: BatcherOptions = BatcherOptions(decoders = 2),
      decode: Array[Byte] => PixelRows = decode
  ): DynamicBatcher = new DynamicBatcher(FakeDevice.steps, device, decode, _ => (), options)

  def withBatcher[A](
      device: ForwardPass,
      options: BatcherOptions = BatcherOptions(decoders = 2),
      decode: Array[Byte] => PixelRows = decode
  )(use: DynamicBatcher => A): A = {
    val opened = batcher(device, options, decode)
    try use(opened)
    finally opened.close()
  }

  def decode(image: Array[Byte]): PixelRows = image(1) match {
    case Broken => throw new ImageException(s"broken ${image(0) & 0xff}")
    case Bug => throw new StackOverflowError("a bug")
    case _ => FakeDevice.image(image(0) & 0xff)
  }

  /** The first label of a result, or its error. */
  def outcome(
      result: CompletableFuture[java.util.List[vitscale.classify.ScoredLabel]]
  ): Either[Throwable, Int] =
    Try(result.get()).toEither.map(_.get(0).label.toInt).left.map {
      case error: ExecutionException => error.getCause
      case error => error
    }

  def label(prediction: Prediction): Int = prediction.labels.head.label.toInt

  /** A device that computes only when the test opens its gate. */
  final class Gated(inner: FakeDevice = new FakeDevice(Duration.Zero, concurrency = 1)) extends ForwardPass {
    val gate = new CountDownLatch(1)
    val entered = new CountDownLatch(1)
    @volatile var sizes: Vector[Int] = Vector.empty

    override def concurrency: Int = inner.concurrency
    override def featureCount: Int = inner.featureCount
    override def buffers(capacity: Int): vitscale.forward.ForwardBuffers = inner.buffers(capacity)
    override def forward(
        buffers: vitscale.forward.ForwardBuffers,
        count: Int,
        withFeatures: Boolean
    ): Unit = {
      sizes :+= count
      entered.countDown()
      gate.await()
      inner.forward(buffers, count, withFeatures)
    }
  }
}
