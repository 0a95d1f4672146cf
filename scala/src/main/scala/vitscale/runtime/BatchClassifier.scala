package vitscale.runtime

import java.util.concurrent.ConcurrentLinkedQueue

import vitscale.{ImageException, ModelException}

/** Decodes, preprocesses, runs and scores one batch on the caller's thread. */
final private[runtime] class BatchClassifier(
    folder: ModelFolder,
    preprocessor: Preprocessor,
    model: OnnxModel
) {

  /** Buffers that no batch uses now; as many are made as batches run at a time. */
  private val idle = new ConcurrentLinkedQueue[ForwardBuffers]()

  /** @param images
    *   at most `request.batchSize`
    * @return
    *   each image with its answer, in order
    */
  def classify[A](images: Seq[A], request: Request)(
      pixels: A => RgbImage
  ): Seq[(A, Either[ImageFailure, Prediction])] = {
    val buffers = take(request.batchSize)
    try {
      val places = fill(buffers, images, pixels)
      val filled = places.count(_.isRight)
      if (filled > 0) model.forward(buffers, filled)
      images.zip(places.map(_.right.flatMap(place => score(buffers.logitsOf(place), request))))
    } finally {
      idle.add(buffers)
      ()
    }
  }

  /** Writes the images that can be read side by side into the buffers.
    *
    * @return
    *   for each image its place in the batch, or why it has none
    */
  private def fill[A](
      buffers: ForwardBuffers,
      images: Seq[A],
      pixels: A => RgbImage
  ): Seq[Either[ImageFailure, Int]] = {
    var next = 0
    images.toIndexedSeq.map { image =>
      for {
        decoded <- attempt(ImageFailure.Decode)(pixels(image))
        input <- attempt(ImageFailure.Preprocess)(preprocessor.pixels(decoded))
      } yield {
        buffers.put(next, input)
        next += 1
        next - 1
      }
    }
  }

  private def attempt[A](stage: String)(work: => A): Either[ImageFailure, A] =
    try Right(work)
    catch { case error: ImageException => Left(ImageFailure(stage, error.getMessage)) }

  private[runtime] def score(logits: Array[Float], request: Request): Either[ImageFailure, Prediction] =
    try {
      val classes = TopK.select(logits, request.topK)
      val labels = classes.map(folder.labels).zip(folder.scores.scores(logits, classes))
      Right(Prediction(labels.toSeq, if (request.returnLogits) Some(logits) else None))
    } catch { case error: ModelException => Left(ImageFailure(ImageFailure.Forward, error.getMessage)) }

  /** Buffers of a smaller capacity are left to the garbage collector. */
  private def take(capacity: Int): ForwardBuffers =
    Option(idle.poll()).filter(_.capacity >= capacity).getOrElse(model.buffers(capacity))
}
