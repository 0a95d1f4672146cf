package vitscale.onednn.pass

import scala.collection.mutable

import vitscale.forward.ForwardBuffers

/** Runs batches of any size on one core, with a plan for each size up to the largest.
  *
  * To be used by one thread at a time.
  *
  * @param build
  *   makes the plan of a batch size
  */
final private[onednn] class OneDnnWorker(architecture: Architecture, build: Int => BatchPlan)
    extends AutoCloseable {

  private val plans = mutable.Map.empty[Int, BatchPlan]

  /** Makes a plan before it is needed. */
  def prepare(images: Int): Unit = {
    plan(images)
    ()
  }

  private def plan(images: Int): BatchPlan = plans.getOrElseUpdate(images, build(images))

  /** Computes the logits and the features of some images of a batch, in place.
    *
    * @param first
    *   index of the first image
    * @param count
    *   number of images
    */
  def run(buffers: ForwardBuffers, first: Int, count: Int): Unit = {
    var done = 0
    while (done < count) {
      val size = math.min(OneDnnWorker.LargestBatch, count - done)
      plan(size).run(ImagePlaces.of(buffers, architecture, first + done, size))
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
