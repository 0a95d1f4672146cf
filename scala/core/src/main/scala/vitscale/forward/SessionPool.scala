package vitscale.forward

import java.util.concurrent.ArrayBlockingQueue

/** Hands out what several threads share, sessions on one device or on several: each is used by at most `each` threads at a
  * time, who comes first is served first, and whoever comes gets the one that has been free the longest.
  */
final private[vitscale] class SessionPool[A](shared: Seq[A], each: Int) {

  val count: Int = shared.size * each

  private val free = new ArrayBlockingQueue[A](count, true)
  (1 to each).foreach(_ => shared.foreach(free.add))

  @volatile private var closed = false

  /** Waits for a turn and uses it.
    *
    * @throws java.lang.IllegalStateException
    *   if they were closed
    */
  def use[B](work: A => B): B = {
    val mine = free.take()
    try {
      if (closed) throw new IllegalStateException("This model was closed; open it again.")
      work(mine)
    } finally
      free.put(mine)
  }

  /** Waits for those at work, then releases each of the shared once. */
  def close(release: A => Unit): Unit = synchronized {
    if (!closed) {
      val all = (1 to count).map(_ => free.take())
      closed = true
      try shared.foreach(release)
      finally all.foreach(free.put)
    }
  }
}
