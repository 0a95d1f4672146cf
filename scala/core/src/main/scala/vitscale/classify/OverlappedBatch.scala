package vitscale.classify

import java.util.concurrent.CompletableFuture
import java.util.concurrent.atomic.{AtomicInteger, AtomicReferenceArray}

import scala.util.{Failure, Success, Try}

import vitscale.classify.Prediction.Answer
import vitscale.forward.{BufferPool, ForwardBuffers}
import vitscale.image.RgbImage

/** A batch on its way through an [[OverlappedClassifier]]: many threads decode its images, one runs it.
  *
  * @param pool
  *   where its buffers come from, and go back to before anybody learns its answers: who reads them may start another batch
  */
final private[classify] class OverlappedBatch[A](
    images: IndexedSeq[A],
    request: InferenceOptions,
    steps: ImageSteps,
    pool: BufferPool
) {

  /** Ends with the first problem that is not one image's own. */
  val answers = new CompletableFuture[OverlappedBatch.Answers[A]]()

  val places: Range = images.indices

  private val buffers = pool.take(request.batchSize)
  private val failures = new AtomicReferenceArray[ImageFailure](images.size)
  private val undecoded = new AtomicInteger(images.size)

  /** Writes an image into its place, or notes why it cannot be; to be called once for each place.
    *
    * @return
    *   whether it was the last that the batch waited for
    */
  def decode(place: Int)(pixels: A => RgbImage): Boolean = {
    try
      if (!answers.isDone) steps.prepare(images(place))(pixels) match {
        case Right(input) => buffers.put(place, input)
        case Left(failure) => failures.set(place, failure)
      }
    catch { case error: Throwable => fail(error) } // of whatever kind, who waits has to know
    undecoded.decrementAndGet() == 0
  }

  /** Whether there is an image to run, and nobody gave the batch up. */
  def needsPass: Boolean = !answers.isDone && places.exists(failures.get(_) == null)

  /** Ends the batch once all is decoded.
    *
    * @param pass
    *   runs the model on the first so many images of the buffers
    */
  def finish(pass: (ForwardBuffers, Int) => Unit): Unit = {
    val result =
      try {
        if (needsPass) pass(buffers, images.size)
        Success(places.map(place => images(place) -> answer(place)))
      } catch { case error: Throwable => Failure(error) }
    pool.giveBack(buffers)
    end(result)
  }

  private def answer(place: Int): Answer =
    Option(failures.get(place)) match {
      case Some(failure) => Left(failure)
      case None => steps.score(buffers.logitsOf(place), request)
    }

  def fail(problem: Throwable): Unit = end(Failure(problem))

  /** The first end counts. */
  private def end(result: Try[OverlappedBatch.Answers[A]]): Unit = {
    result.fold(answers.completeExceptionally, answers.complete)
    ()
  }
}

private[classify] object OverlappedBatch {
  type Answers[A] = IndexedSeq[(A, Answer)]
}
