package vitscale.classify

import java.util.concurrent.{ExecutorService, Executors, Future, RejectedExecutionException}

import vitscale.DaemonThreads
import vitscale.classify.Prediction.Answer
import vitscale.forward.{BufferPool, ForwardPass}
import vitscale.image.RgbImage

/** Decodes on all cores while a device computes: where the forward pass takes no cores, decoding decides how many images
  * come through, and neither side may wait for the other.
  *
  * An image goes through three hands: the reader's thread takes it from the source, one of the decoders makes pixels of it
  * in its place in a batch, and the decoder that fills the last place hands the batch to the device's lane. There are as
  * many lanes as the device takes passes at a time, and each takes the next full batch as soon as it is free. Answers come
  * in the order of the images.
  *
  * An image that fails leaves its place as it was; its neighbours keep theirs, and its logits are never looked at.
  *
  * @param decoders
  *   threads that decode
  */
final private[classify] class OverlappedClassifier(steps: ImageSteps, device: ForwardPass, decoders: Int)
    extends AutoCloseable {

  private val pool = new BufferPool(device)
  private val decoding: ExecutorService =
    Executors.newFixedThreadPool(decoders, new DaemonThreads("vitscale-worker"))
  private val lanes: ExecutorService =
    Executors.newFixedThreadPool(device.concurrency, new DaemonThreads("vitscale-worker"))
  @volatile private var closed = false

  /** @param inFlight
    *   batches at work, or finished and not yet read: what bounds the memory. At least two, one to decode and one to compute.
    * @return
    *   each image with its answer, in order
    * @throws java.lang.IllegalStateException
    *   when it is read, if the classifier was closed
    */
  def stream[A](images: Iterator[A], request: InferenceOptions, inFlight: Int)(
      pixels: A => RgbImage
  ): Iterator[(A, Answer)] =
    OrderedParallel
      .mapStarted(images.grouped(request.batchSize), math.max(2, inFlight)) { group =>
        start(new OverlappedBatch(group.toIndexedSeq, request, steps, pool))(pixels)
      }
      .flatMap(answers => answers)

  private def start[A](
      batch: OverlappedBatch[A]
  )(pixels: A => RgbImage): Future[OverlappedBatch.Answers[A]] = {
    if (closed) throw OverlappedClassifier.closedError
    batch.places.foreach { place =>
      hand(decoding, batch) {
        if (closed) batch.fail(OverlappedClassifier.closedError)
        if (batch.decode(place)(pixels)) decoded(batch)
      }
    }
    batch.answers
  }

  private def decoded[A](batch: OverlappedBatch[A]): Unit =
    if (batch.needsPass) hand(lanes, batch)(batch.finish(device.forward))
    else batch.finish(device.forward)

  private def hand[A](threads: ExecutorService, batch: OverlappedBatch[A])(work: => Unit): Unit =
    try threads.execute(() => work)
    catch { case _: RejectedExecutionException => batch.fail(OverlappedClassifier.closedError) }

  /** Batches at work end with an [[java.lang.IllegalStateException]], except those that the device computes now. */
  override def close(): Unit = {
    closed = true
    decoding.shutdown()
    lanes.shutdown()
  }
}

private object OverlappedClassifier {
  private def closedError = new IllegalStateException("This model was closed; open it again.")
}
