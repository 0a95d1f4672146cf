package vitscale.classify

import vitscale.classify.Prediction.Answer
import vitscale.forward.{BufferPool, ForwardBuffers, ForwardPass}
import vitscale.image.PixelRows

/** Decodes, preprocesses, runs and scores one batch on the caller's thread. */
final private[classify] class BatchClassifier(steps: ImageSteps, model: ForwardPass) {

  private val pool = new BufferPool(model)

  /** Classify one batch.
    *
    * @param images
    *   at most `request.batchSize` images
    * @return
    *   each image with its result, in order
    */
  def classify[A](images: Seq[A], request: InferenceOptions, clock: StageClock)(
      pixels: A => PixelRows
  ): Seq[(A, Answer)] = {
    val buffers = pool.take(request.batchSize)
    try {
      val places = fill(buffers, images, clock, pixels)
      val filled = places.count(_.isRight)
      if (filled > 0) clock.time(ImageFailure.Forward)(model.forward(buffers, filled, request.withFeatures))
      clock.time(StageClock.Score) {
        images.zip(places.map(_.flatMap(place => steps.score(buffers, place, request))))
      }
    } finally pool.giveBack(buffers)
  }

  /** Write the images that can be decoded into the buffers, without gaps.
    *
    * @return
    *   for each image its index in the batch, or why it failed
    */
  private def fill[A](
      buffers: ForwardBuffers,
      images: Seq[A],
      clock: StageClock,
      pixels: A => PixelRows
  ): Seq[Either[ImageFailure, Int]] = {
    var next = 0
    images.toIndexedSeq.map { image =>
      steps.prepare(image, clock)(pixels).map { input =>
        clock.time(ImageFailure.Preprocess)(buffers.put(next, input))
        next += 1
        next - 1
      }
    }
  }
}
