package vitscale.forward

import java.nio.{ByteBuffer, ByteOrder, FloatBuffer}

import vitscale.UsageException
import vitscale.image.PackedImage
import vitscale.preprocess.PixelLayout

/** Input and output of one forward pass, outside the Java heap, so that native code reads and writes them in place.
  *
  * @param capacity
  *   images of the largest batch
  */
final private[vitscale] class ForwardBuffers private (
    layout: PixelLayout,
    val capacity: Int,
    classCount: Int
) {

  private val pixels = direct(capacity * layout.bytesPerImage)
  private val logits = direct(capacity * classCount * java.lang.Float.BYTES).asFloatBuffer()

  /** Write the image with the given index of the batch. */
  def put(index: Int, image: PackedImage): Unit = {
    val place = pixels.duplicate().order(ByteOrder.nativeOrder())
    place.position(index * layout.bytesPerImage)
    layout.write(image, place)
  }

  /** The first `count` images. */
  def input(count: Int): ByteBuffer = {
    val batch = pixels.duplicate().order(ByteOrder.nativeOrder())
    batch.limit(count * layout.bytesPerImage)
    batch
  }

  /** The buffer for the logits of the first `count` images. */
  def output(count: Int): FloatBuffer = {
    val batch = logits.duplicate()
    batch.limit(count * classCount)
    batch
  }

  /** A copy of the logits of one image. */
  def logitsOf(index: Int): Array[Float] = {
    val copy = new Array[Float](classCount)
    val place = logits.duplicate()
    place.position(index * classCount)
    place.get(copy)
    copy
  }

  private def direct(bytes: Int): ByteBuffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())
}

private[vitscale] object ForwardBuffers {

  /** Allocate memory for batches of up to `capacity` images.
    *
    * @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  def of(layout: PixelLayout, capacity: Int, classCount: Int): ForwardBuffers = {
    val largest = Int.MaxValue / layout.bytesPerImage
    if (capacity > largest)
      throw new UsageException(
        s"The batch size is $capacity; expected at most $largest for this model. Choose a smaller one."
      )
    new ForwardBuffers(layout, capacity, classCount)
  }
}
