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
    classCount: Int,
    featureCount: Int
) {

  private val pixels = direct(capacity * layout.bytesPerImage)
  private val logits = floats(classCount)
  private val pooled = floats(featureCount)

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
  def output(count: Int): FloatBuffer = first(logits, count * classCount)

  /** The buffer for the features of the first `count` images. */
  def features(count: Int): FloatBuffer = first(pooled, count * featureCount)

  /** A copy of the logits of one image. */
  def logitsOf(index: Int): Array[Float] = copyOf(logits, index, classCount)

  /** A copy of the features of one image. */
  def featuresOf(index: Int): Array[Float] = copyOf(pooled, index, featureCount)

  private def first(of: FloatBuffer, numbers: Int): FloatBuffer = {
    val batch = of.duplicate()
    batch.limit(numbers)
    batch
  }

  private def copyOf(of: FloatBuffer, index: Int, width: Int): Array[Float] = {
    val copy = new Array[Float](width)
    val place = of.duplicate()
    place.position(index * width)
    place.get(copy)
    copy
  }

  private def floats(width: Int): FloatBuffer =
    direct(capacity * width * java.lang.Float.BYTES).asFloatBuffer()

  private def direct(bytes: Int): ByteBuffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder())
}

private[vitscale] object ForwardBuffers {

  /** Allocate memory for batches of up to `capacity` images.
    *
    * @throws vitscale.UsageException
    *   if it is more than one buffer of the JVM can hold
    */
  def of(layout: PixelLayout, capacity: Int, classCount: Int, featureCount: Int = 0): ForwardBuffers = {
    val largest = Int.MaxValue / layout.bytesPerImage
    if (capacity > largest)
      throw new UsageException(
        s"The batch size is $capacity; expected at most $largest for this model. Choose a smaller one."
      )
    new ForwardBuffers(layout, capacity, classCount, featureCount)
  }
}
