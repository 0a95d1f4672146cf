package vitscale.classify

import vitscale.forward.ForwardBuffers
import vitscale.image.{PackedImage, PixelRows}
import vitscale.model.ModelFolder
import vitscale.preprocess.Preprocessor
import vitscale.{ImageException, ModelException}

/** The steps before and after the forward pass of an image. A failed step returns its reason. */
final private[vitscale] class ImageSteps(folder: ModelFolder, preprocessor: Preprocessor) {

  /** @param pixels
    *   returns the image's pixels, or throws [[vitscale.ImageException]]
    * @return
    *   the model's input before rescaling, or the reason of the failure
    */
  def prepare[A](image: A, clock: StageClock = new StageClock)(
      pixels: A => PixelRows
  ): Either[ImageFailure, PackedImage] =
    for {
      decoded <- attempt(ImageFailure.Decode, clock)(pixels(image))
      input <- attempt(ImageFailure.Preprocess, clock)(preprocessor.pixels(decoded))
    } yield input

  private def attempt[A](stage: String, clock: StageClock)(work: => A): Either[ImageFailure, A] =
    try Right(clock.time(stage)(work))
    catch { case error: ImageException => Left(ImageFailure(stage, error.getMessage)) }

  /** @param place
    *   index of the image in the buffers
    */
  def score(
      buffers: ForwardBuffers,
      place: Int,
      request: InferenceOptions
  ): Either[ImageFailure, Prediction] =
    try {
      val logits = buffers.logitsOf(place)
      val classes = TopK.select(logits, request.topK)
      val labels = classes.zip(folder.scores.scores(logits, classes)).map { case (id, score) =>
        ScoredLabel(id, folder.labels(id), score)
      }
      val wanted = request.threshold.fold(labels)(least => labels.takeWhile(_.score >= least))
      Right(
        Prediction(
          wanted.toSeq,
          if (request.returnLogits) Some(logits) else None,
          if (request.withFeatures) Some(request.features.of(buffers.featuresOf(place))) else None
        )
      )
    } catch { case error: ModelException => Left(ImageFailure(ImageFailure.Forward, error.getMessage)) }
}
