package vitscale.serving

import java.util
import java.util.concurrent.locks.ReentrantLock

import vitscale.{BatcherClosedException, QueueFullException}

/** The bounded queue of a [[DynamicBatcher]]: requests before decoding, and decoded ones that wait for a forward pass.
  *
  * A request counts towards the limit from its arrival until a worker takes it. Requests leave in the order in which they
  * were decoded. One idle worker at a time collects a batch; the others wait for their turn.
  *
  * @param delayNanos
  *   longest time that a decoded request waits for others, in nanoseconds
  */
final private[serving] class RequestQueue(limit: Int, maxBatchSize: Int, delayNanos: Long) {

  private val lock = new ReentrantLock()
  private val encodedArrived = lock.newCondition()
  private val readyArrived = lock.newCondition()
  private val collectorLeft = lock.newCondition()

  /** Sets that keep their order, so that a cancelled request leaves at once. */
  private val encoded = new util.LinkedHashSet[Request[_]]()
  private val ready = new util.LinkedHashSet[Request[_]]()
  private var decoding = 0
  private var idleWorkers = 0
  private var isCollecting = false
  private var isClosed = false

  /** Requests that wait for a forward pass. */
  def length: Int = locked(waiting)

  /** Add a request.
    *
    * @throws vitscale.QueueFullException
    *   if as many requests wait as are allowed
    * @throws vitscale.BatcherClosedException
    *   after `close`
    */
  def offer(request: Request[_]): Unit = locked {
    if (isClosed) throw RequestQueue.closedError
    if (waiting >= limit)
      throw new QueueFullException(
        s"$waiting requests wait, and maxQueueSize is $limit. Try again later, or allow a longer queue."
      )
    encoded.add(request)
    encodedArrived.signal()
  }

  /** Wait for a request to decode; none after the last one of a closed queue. Pass the request to `decoded` afterwards. */
  def takeEncoded(): Option[Request[_]] = locked {
    while (encoded.isEmpty && !isClosed) encodedArrived.await()
    if (encoded.isEmpty) None
    else {
      decoding += 1
      Some(first(encoded))
    }
  }

  /** Return a request after the attempt to decode it.
    *
    * @param isReady
    *   whether it has an image and is still awaited
    */
  def decoded(request: Request[_], isReady: Boolean): Unit = locked {
    decoding -= 1
    if (isReady) ready.add(request)
    readyArrived.signalAll() // also without an image: it may have been the last one of a closed queue
  }

  /** Wait for decoded requests.
    *
    * Without a delay, idle workers divide the requests among them: two images are computed sooner on two cores than as one
    * batch on one core.
    *
    * @return
    *   at most `maxBatchSize`; none after the last one of a closed queue
    */
  def takeBatch(): Seq[Request[_]] = locked {
    idleWorkers += 1
    while (isCollecting) collectorLeft.await()
    isCollecting = true
    try {
      awaitBatch()
      val mine = if (delayNanos > 0) ready.size else RequestQueue.share(ready.size, idleWorkers)
      Seq.fill(math.min(mine, maxBatchSize))(first(ready))
    } finally {
      isCollecting = false
      idleWorkers -= 1
      collectorLeft.signal()
    }
  }

  /** Remove a request that waits; one that is being decoded or computed stays. */
  def remove(request: Request[_]): Unit = locked {
    encoded.remove(request)
    if (ready.remove(request) || isClosed) readyArrived.signalAll()
  }

  /** Accept no more requests; those that wait can still be taken. */
  def close(): Unit = locked {
    isClosed = true
    encodedArrived.signalAll()
    readyArrived.signalAll()
  }

  /** Remove all requests that wait. */
  def clear(): Seq[Request[_]] = locked {
    val all = Seq.fill(encoded.size)(first(encoded)) ++ Seq.fill(ready.size)(first(ready))
    encodedArrived.signalAll()
    readyArrived.signalAll()
    all
  }

  private def waiting: Int = encoded.size + decoding + ready.size

  /** Wait for a full batch, until the oldest request has waited for the delay, or until the queue is closed and empty. */
  private def awaitBatch(): Unit = {
    var left = 1L
    while (left > 0) {
      while (ready.isEmpty && !(isClosed && waiting == 0)) readyArrived.await()
      left = delayLeft
      if (left > 0) readyArrived.awaitNanos(left)
    }
  }

  private def delayLeft: Long =
    if (isClosed || ready.isEmpty || ready.size >= maxBatchSize) 0L
    else delayNanos - (System.nanoTime() - ready.iterator.next().ready)

  private def first(of: util.LinkedHashSet[Request[_]]): Request[_] = {
    val all = of.iterator
    val request = all.next()
    all.remove()
    request
  }

  private def locked[A](work: => A): A = {
    lock.lock()
    try work
    finally lock.unlock()
  }
}

private[serving] object RequestQueue {

  /** The share of one of several idle workers, rounded up. */
  def share(requests: Int, idleWorkers: Int): Int = (requests + idleWorkers - 1) / idleWorkers

  def closedError = new BatcherClosedException("This batcher was closed and accepts no more requests.")
}
