package vitscale.runtime

import java.nio.{ByteBuffer, ByteOrder, FloatBuffer}

/** Memory of one forward pass at a time, outside the Java heap, so that ONNX Runtime reads and writes it in place.
  *
  * @param capacity
  *   images of the largest batch
  */
final private[vitscale] class ForwardBuffers(layout: PixelLayout, val capacity: Int, classCount: Int) {

  private val pixels = direct(capacity * layout.bytesPerImage)
  private val logits = direct(capacity * classCount * java.lang.Float.BYTES).asFloatBuffer()

  /** Writes an image in the place of the batch's `index`-th. */
  def put(index: Int, image: RgbImage): Unit = {
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

  /** Where the logits of the first `count` images go. */
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
