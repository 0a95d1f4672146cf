package vitscale.classify

import java.util.concurrent.CompletableFuture
import java.util.concurrent.atomic.{AtomicInteger, AtomicReferenceArray}

import scala.util.{Failure, Success, Try}

import vitscale.classify.Prediction.Answer
import vitscale.forward.{BufferPool, ForwardBuffers}
import vitscale.image.PixelRows

/** A batch of an [[OverlappedClassifier]]: many threads decode its images, one runs the forward pass.
  *
  * @param pool
  *   pool of the buffers. They are returned before the results are published, because a reader of the results may start
  *   another batch at once.
  */
final private[classify] class OverlappedBatch[A](
    images: IndexedSeq[A],
    request: InferenceOptions,
    steps: ImageSteps,
    pool: BufferPool,
    clock: StageClock
) {

  /** The results; the future fails with the first error that is not the error of one image. */
  val answers = new CompletableFuture[OverlappedBatch.Answers[A]]()

  val places: Range = images.indices

  private val buffers = pool.take(request.batchSize)
  private val failures = new AtomicReferenceArray[ImageFailure](images.size)
  private val undecoded = new AtomicInteger(images.size)

  /** Decode an image into its slot, or record why it cannot be decoded. Call it once for each slot.
    *
    * @return
    *   whether all images of the batch are now decoded
    */
  def decode(place: Int)(pixels: A => PixelRows): Boolean = {
    try
      if (!answers.isDone) steps.prepare(images(place), clock)(pixels) match {
        case Right(input) => clock.time(ImageFailure.Preprocess)(buffers.put(place, input))
        case Left(failure) => failures.set(place, failure)
      }
    catch { case error: Throwable => fail(error) } // also errors of the JVM: the reader waits for this future
    undecoded.decrementAndGet() == 0
  }

  /** Whether the batch has a decoded image and has not failed. */
  def needsPass: Boolean = !answers.isDone && places.exists(failures.get(_) == null)

  /** Run the forward pass and complete the results, after all images are decoded.
    *
    * @param pass
    *   runs the model on a number of images at the start of the buffers; the flag tells whether it returns features
    */
  def finish(pass: (ForwardBuffers, Int, Boolean) => Unit): Unit = {
    val result =
      try {
        if (needsPass) clock.time(ImageFailure.Forward)(pass(buffers, images.size, request.withFeatures))
        Success(clock.time(StageClock.Score)(places.map(place => images(place) -> answer(place))))
      } catch { case error: Throwable => Failure(error) }
    pool.giveBack(buffers)
    end(result)
  }

  private def answer(place: Int): Answer =
    Option(failures.get(place)) match {
      case Some(failure) => Left(failure)
      case None => steps.score(buffers, place, request)
    }

  def fail(problem: Throwable): Unit = end(Failure(problem))

  /** Complete the future; only the first call has an effect. */
  private def end(result: Try[OverlappedBatch.Answers[A]]): Unit = {
    result.fold(answers.completeExceptionally, answers.complete)
    ()
  }
}

private[classify] object OverlappedBatch {
  type Answers[A] = IndexedSeq[(A, Answer)]
}
