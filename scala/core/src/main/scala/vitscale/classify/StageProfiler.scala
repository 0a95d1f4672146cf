package vitscale.classify

import java.util.function.LongSupplier

import vitscale.forward.ForwardPass
import vitscale.image.PixelRows
import vitscale.preprocess.Preprocessor

/** Nanoseconds that each stage of one batch took. */
final case class StageNanos(decode: Long, resize: Long, normalise: Long, forward: Long, postprocess: Long)

/** Runs a batch stage by stage, with the same code as a classifier, to measure the time of each stage.
  *
  * Normalised values are written directly into the tensor, so there is no separate copy stage.
  */
final private[classify] class StageProfiler(
    preprocessor: Preprocessor,
    model: ForwardPass,
    steps: ImageSteps,
    clock: LongSupplier
) {

  /** @param images
    *   encoded images that can all be decoded
    */
  def run(
      images: Seq[Array[Byte]],
      request: InferenceOptions
  )(decode: Array[Byte] => PixelRows): StageNanos = {
    val buffers = model.buffers(images.size)
    val (decoded, decoding) = timed(images.map(decode))
    val (resized, resizing) = timed(decoded.map(preprocessor.pixels))
    val (_, normalising) = timed(resized.zipWithIndex.foreach { case (image, place) =>
      buffers.put(place, image)
    })
    val (_, forward) = timed(model.forward(buffers, images.size, request.withFeatures))
    val (_, scoring) = timed(images.indices.foreach(place => steps.score(buffers, place, request)))
    StageNanos(decoding, resizing, normalising, forward, scoring)
  }

  private def timed[A](work: => A): (A, Long) = {
    val start = clock.getAsLong
    val result = work
    (result, clock.getAsLong - start)
  }
}
