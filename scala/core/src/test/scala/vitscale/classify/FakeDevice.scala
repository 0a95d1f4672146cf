package vitscale.classify

import java.nio.file.Paths
import java.util.concurrent.atomic.AtomicInteger

import scala.concurrent.duration.FiniteDuration

import vitscale.forward.{ForwardBuffers, ForwardPass}
import vitscale.image.RgbImage
import vitscale.model.{ModelFolder, ModelRuntime, ScoreFunction}
import vitscale.preprocess.{PixelLayout, Preprocessor, PreprocessorConfig}

/** A device of given speed: it computes one pass after another, however many are in flight, and sleeps as long as each takes.
  * Its pixels are one byte an image, the logits' largest is the class of that number, and the first feature
  * is that number.
  *
  * @param passTime
  *   of one batch, whatever its size
  * @param problem
  *   why the batch with this first image fails, if it does
  */
final class FakeDevice(
    passTime: FiniteDuration,
    override val concurrency: Int = 2,
    problem: Int => Option[Throwable] = _ => None
) extends ForwardPass {

  val passes = new AtomicInteger(0)
  val buffersMade = new AtomicInteger(0)

  override val featureCount: Int = 2

  override def buffers(capacity: Int): ForwardBuffers = {
    buffersMade.incrementAndGet()
    ForwardBuffers.of(new PixelLayout.RawBytes(1, 1), capacity, FakeDevice.classes, featureCount)
  }

  override def forward(buffers: ForwardBuffers, count: Int, withFeatures: Boolean): Unit = {
    val (pixels, logits, features) = (buffers.input(count), buffers.output(count), buffers.features(count))
    passes.incrementAndGet()
    synchronized(Thread.sleep(passTime.toMillis))
    problem(pixels.get(0) & 0xff).foreach(throw _)
    (0 until count).foreach { image =>
      val shown = pixels.get(3 * image) & 0xff
      (0 until FakeDevice.classes).foreach(id => logits.put(if (id == shown) 1f else 0f))
      if (withFeatures) features.put(shown.toFloat).put(-1f)
    }
  }
}

object FakeDevice {

  val classes = 256

  /** An image of one pixel, which names its class. */
  def image(id: Int): RgbImage = RgbImage(1, 1, Array.fill(3)((id % classes).toByte))

  private val noFile = Paths.get("none")

  private val folder = ModelFolder(
    path = noFile,
    precision = "fp32",
    runtime = ModelRuntime.OnnxRuntime,
    onnxFolder = noFile,
    preprocessorConfig = noFile,
    name = "fake",
    weights = "random",
    labels = (0 until classes).map(_.toString),
    scores = ScoreFunction.Softmax,
    modelType = "vit",
    imageHeight = 1,
    imageWidth = 1,
    recordedSha256 = None
  )

  private val untouched = new Preprocessor(
    PreprocessorConfig.parse("""{"do_resize": false, "do_rescale": false, "do_normalize": false}""")
  )

  val steps = new ImageSteps(folder, untouched)
}
