package vitscale.forward

import java.util.concurrent.ConcurrentLinkedQueue

/** Buffers that no batch uses now; as many are made as batches are at work at a time. */
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
