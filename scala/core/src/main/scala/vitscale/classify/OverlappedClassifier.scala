package vitscale.classify

import java.util.concurrent.{ExecutorService, Executors, Future, RejectedExecutionException}

import vitscale.classify.Prediction.Answer
import vitscale.forward.{BufferPool, ForwardPass}
import vitscale.image.PixelRows
import vitscale.{DaemonThreads, UsageException}

/** Decodes on all cores while a device computes. On a GPU, decoding often limits the throughput, so neither side may wait
  * for the other.
  *
  * Three threads handle an image. The reader's thread takes it from the source. A decoder thread writes its pixels into its
  * slot of a batch; the decoder that fills the last slot submits the batch to the device's thread pool. This pool has one
  * thread for each concurrent forward pass of the device. Results are returned in the order of the images.
  *
  * A failed image leaves its slot unchanged. Other images keep their slots, and the logits of the failed slot are ignored.
  *
  * @param decoders
  *   number of decoder threads
  */
final private[classify] class OverlappedClassifier(steps: ImageSteps, device: ForwardPass, decoders: Int)
    extends AutoCloseable {

  private val pool = new BufferPool(device)
  private val decoding: ExecutorService =
    Executors.newFixedThreadPool(decoders, new DaemonThreads("vitscale-worker"))
  private val lanes: ExecutorService =
    Executors.newFixedThreadPool(device.concurrency, new DaemonThreads("vitscale-worker"))
  @volatile private var closed = false

  /** Classify images as they are read.
    *
    * @param inFlight
    *   number of batches that are in progress, or finished and not yet read. It bounds the memory. At least two are used: one
    *   to decode and one to compute.
    * @return
    *   each image with its result, in order
    * @throws vitscale.UsageException
    *   from the iterator, if the classifier was closed
    */
  def stream[A](
      images: Iterator[A],
      request: InferenceOptions,
      inFlight: Int,
      clock: StageClock = new StageClock
  )(
      pixels: A => PixelRows
  ): Iterator[(A, Answer)] =
    OrderedParallel
      .mapStarted(images.grouped(request.batchSize), math.max(2, inFlight)) { group =>
        start(new OverlappedBatch(group.toIndexedSeq, request, steps, pool, clock))(pixels)
      }
      .flatMap(answers => answers)

  private def start[A](
      batch: OverlappedBatch[A]
  )(pixels: A => PixelRows): Future[OverlappedBatch.Answers[A]] = {
    if (closed) throw UsageException.closedModel
    batch.places.foreach { place =>
      hand(decoding, batch) {
        if (closed) batch.fail(UsageException.closedModel)
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
    catch { case _: RejectedExecutionException => batch.fail(UsageException.closedModel) }

  /** Batches in progress fail with an [[vitscale.UsageException]], except those that the device computes now. */
  override def close(): Unit = {
    closed = true
    decoding.shutdown()
    lanes.shutdown()
  }
}
