package vitscale

import java.util.concurrent.ThreadFactory

/** Threads that do not keep the JVM alive.
  *
  * @param name
  *   name of the threads in thread dumps
  */
final private[vitscale] class DaemonThreads(name: String) extends ThreadFactory {

  override def newThread(work: Runnable): Thread = {
    val thread = new Thread(work, name)
    thread.setDaemon(true)
    thread
  }
}
