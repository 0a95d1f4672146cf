package vitscale.serving

import java.util.concurrent.CompletableFuture
import java.util.concurrent.atomic.{AtomicBoolean, AtomicReference}

import vitscale.ImageException
import vitscale.classify.{ImageSteps, InferenceOptions, Prediction}
import vitscale.image.{PackedImage, PixelRows}

/** One image on its way through a [[DynamicBatcher]].
  *
  * @param pixels
  *   reads and decodes the image; throws [[vitscale.ImageException]] if it cannot
  * @param convert
  *   makes the result from the prediction
  * @param arrived
  *   time of arrival, in nanoseconds of `System.nanoTime`
  */
final private[serving] class Request[R](
    pixels: () => PixelRows,
    val options: InferenceOptions,
    convert: Prediction => R,
    recorder: MetricsRecorder,
    val arrived: Long
) {

  /** The result. Its user may cancel it, or give it a timeout. */
  val result = new CompletableFuture[R]()

  /** The image before decoding; null when it is no longer needed, so that a cancelled request holds no memory. */
  private val source = new AtomicReference[() => PixelRows](pixels)
  private val isSettled = new AtomicBoolean(false)

  /** The model's input. The decoder writes it, the worker reads it; the queue's lock is between them. */
  private var prepared: Option[PackedImage] = None

  /** When `prepare` ended, in nanoseconds of `System.nanoTime`, and how long it took, in nanoseconds. */
  var ready: Long = 0L
  var decodeNanos: Long = 0L

  /** Whether the result is no longer awaited: it was cancelled, or is there. */
  def isDone: Boolean = result.isDone

  def input: PackedImage = prepared.getOrElse(throw new IllegalStateException("The image is not decoded."))

  /** Decode and preprocess the image.
    *
    * @return
    *   why it failed, if it did
    */
  def prepare(steps: ImageSteps): Option[Throwable] = {
    val began = System.nanoTime()
    val problem = decoded(steps)
    ready = System.nanoTime()
    decodeNanos = ready - began
    problem
  }

  private def decoded(steps: ImageSteps): Option[Throwable] =
    try
      Option(source.getAndSet(null)).flatMap { decode =>
        steps.prepare(())(_ => decode()) match {
          case Right(image) =>
            prepared = Some(image)
            None
          case Left(failure) => Some(new ImageException(failure.reason))
        }
      }
    catch { case error: Throwable => Some(error) } // also errors of the JVM: somebody waits for the result

  def succeed(prediction: Prediction): Unit =
    try {
      val value = convert(prediction)
      settle(recorder.completed(System.nanoTime() - arrived))(result.complete(value))
    } catch { case error: Throwable => fail(error) }

  def fail(error: Throwable): Unit = settle(recorder.failed(error))(result.completeExceptionally(error))

  /** Release the image of a request whose user no longer waits. */
  def drop(): Unit = {
    source.set(null)
    if (isSettled.compareAndSet(false, true)) recorder.cancelled()
  }

  /** Count the outcome before its user can see it; only the first one counts. */
  private def settle(count: => Unit)(complete: => Boolean): Unit =
    if (isSettled.compareAndSet(false, true)) {
      count
      complete
      ()
    }
}
