package vitscale.forward

import java.util.concurrent.ConcurrentLinkedQueue

/** A pool of idle buffers. It holds as many as the largest number of parallel batches so far. */
final private[vitscale] class BufferPool(model: ForwardPass) {

  private val idle = new ConcurrentLinkedQueue[ForwardBuffers]()

  /** Buffers of a smaller capacity are left to the garbage collector. */
  def take(capacity: Int): ForwardBuffers =
    Option(idle.poll()).filter(_.capacity >= capacity).getOrElse(model.buffers(capacity))

  def giveBack(buffers: ForwardBuffers): Unit = {
    idle.add(buffers)
    ()
  }
}
