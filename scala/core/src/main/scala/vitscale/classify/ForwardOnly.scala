package vitscale.classify

import java.util.concurrent.{ConcurrentLinkedQueue, Executors}

import vitscale.DaemonThreads
import vitscale.forward.{ForwardBuffers, ForwardPass}
import vitscale.image.PackedImage

/** Repeats the forward pass over the same images, whose tensors are ready in memory. Its throughput is the upper limit of
  * every classifier of whole files with this model and runtime.
  *
  * @param images
  *   one full batch after preprocessing, before rescaling
  * @param workers
  *   number of parallel passes
  */
final class ForwardOnly private[vitscale] (model: ForwardPass, images: Seq[PackedImage], workers: Int)
    extends AutoCloseable {

  private val ready = new ConcurrentLinkedQueue[ForwardBuffers]()
  (1 to workers).foreach { _ =>
    val buffers = model.buffers(images.size)
    images.zipWithIndex.foreach { case (image, place) => buffers.put(place, image) }
    ready.add(buffers)
  }

  private val executor = Executors.newFixedThreadPool(workers, new DaemonThreads("vitscale-worker"))

  /** Computes the logits of `count` images, batch by batch, and drops them. */
  def run(count: Int): Unit = {
    val sizes = Batches.of(Iterator.range(0, count), images.size, workers).map(_.size)
    OrderedParallel.map(sizes, inFlight = workers, executor)(forward).foreach(identity)
  }

  private def forward(size: Int): Unit = {
    val buffers = ready.poll() // never empty: there are as many buffers as threads
    try model.forward(buffers, size)
    finally {
      ready.add(buffers)
      ()
    }
  }

  /** Stop the threads. The model stays open. */
  override def close(): Unit = executor.shutdown()
}
