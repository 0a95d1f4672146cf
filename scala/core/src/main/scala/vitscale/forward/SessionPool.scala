package vitscale.forward

import java.util.concurrent.ArrayBlockingQueue

import vitscale.UsageException

/** A pool of sessions on one or several devices. At most `each` threads use a session at a time. Threads are served in the
  * order of their requests, and get the session that has been free the longest.
  */
final private[vitscale] class SessionPool[A](shared: Seq[A], each: Int) {

  val count: Int = shared.size * each

  private val free = new ArrayBlockingQueue[A](count, true)
  (1 to each).foreach(_ => shared.foreach(free.add))

  @volatile private var closed = false

  /** Wait for a free session and run work with it.
    *
    * @throws vitscale.UsageException
    *   if the pool was closed
    */
  def use[B](work: A => B): B = {
    val mine = free.take()
    try {
      if (closed) throw UsageException.closedModel
      work(mine)
    } finally
      free.put(mine)
  }

  /** Wait for the running work, then release each session once. */
  def close(release: A => Unit): Unit = synchronized {
    if (!closed) {
      val all = (1 to count).map(_ => free.take())
      closed = true
      try shared.foreach(release)
      finally all.foreach(free.put)
    }
  }
}
