package vitscale.onednn

import java.nio.{ByteBuffer, FloatBuffer}

import scala.collection.mutable

import org.bytedeco.javacpp.{BytePointer, FloatPointer}

/** Runs batches of any size on one core, with a plan for each size up to the largest.
  *
  * To be used by one thread at a time.
  *
  * @param build
  *   makes the plan of a batch size
  */
final private[onednn] class OneDnnWorker(config: VitConfig, build: Int => VitPlan) extends AutoCloseable {

  private val plans = mutable.Map.empty[Int, VitPlan]

  /** Makes a plan before it is needed. */
  def prepare(images: Int): Unit = {
    plan(images)
    ()
  }

  private def plan(images: Int): VitPlan = plans.getOrElseUpdate(images, build(images))

  /** Computes the logits of some images of a batch.
    *
    * @param pixels
    *   float32 [batch, 3, height, width], direct
    * @param logits
    *   float32 [batch, classes], direct, written
    * @param first
    *   index of the first image
    * @param count
    *   number of images
    */
  def run(pixels: ByteBuffer, logits: FloatBuffer, first: Int, count: Int): Unit = {
    val (input, output) = (new BytePointer(pixels), new FloatPointer(logits))
    var done = 0
    while (done < count) {
      val size = math.min(OneDnnWorker.LargestBatch, count - done)
      val at = first.toLong + done
      plan(size).run(
        input.getPointer(at * config.pixels * java.lang.Float.BYTES),
        output.getPointer(at * config.classes)
      )
      done += size
    }
  }

  override def close(): Unit = {
    plans.values.foreach(_.close())
    plans.clear()
  }
}

private[onednn] object OneDnnWorker {

  /** Beyond it the activations of ViT-base leave a core's cache, and no time is saved. */
  val LargestBatch = 4
}
