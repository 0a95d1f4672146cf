package vitscale.classify

import java.util.concurrent.ThreadFactory

/** Threads that do not keep the JVM alive. */
private[classify] object WorkerThreads extends ThreadFactory {

  override def newThread(work: Runnable): Thread = {
    val thread = new Thread(work, "vitscale-worker")
    thread.setDaemon(true)
    thread
  }
}
