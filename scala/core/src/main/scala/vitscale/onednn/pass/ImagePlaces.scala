package vitscale.onednn.pass

import org.bytedeco.javacpp.{BytePointer, FloatPointer}

import vitscale.forward.ForwardBuffers

/** Where the values of images lie in the buffers of a batch, from one image on.
  *
  * @param pixels
  *   float32 [images, 3, height, width]
  * @param logits
  *   float32 [images, classes]
  * @param features
  *   float32 [images, features]
  */
final private[onednn] case class ImagePlaces(
    pixels: BytePointer,
    logits: FloatPointer,
    features: FloatPointer
)

private[onednn] object ImagePlaces {

  /** @param first
    *   index of the first image
    * @param count
    *   images that the buffers must hold from there on
    */
  def of(buffers: ForwardBuffers, architecture: Architecture, first: Int, count: Int): ImagePlaces = {
    val at = first.toLong
    ImagePlaces(
      new BytePointer(buffers.input(first + count))
        .getPointer(at * architecture.pixels * java.lang.Float.BYTES),
      new FloatPointer(buffers.output(first + count)).getPointer(at * architecture.classes),
      new FloatPointer(buffers.features(first + count)).getPointer(at * architecture.features)
    )
  }
}
