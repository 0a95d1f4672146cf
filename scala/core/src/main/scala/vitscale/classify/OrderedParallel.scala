package vitscale.classify

import java.util.concurrent.{Callable, ExecutionException, ExecutorService, Future}

import scala.collection.mutable

/** Maps an iterator on several threads, in order, without running far ahead of who reads it. */
private[vitscale] object OrderedParallel {

  /** @param inFlight
    *   elements at work or finished and not yet read; the source is read on the reader's own thread
    */
  def map[A, B](source: Iterator[A], inFlight: Int, executor: ExecutorService)(f: A => B): Iterator[B] =
    mapStarted(source, inFlight)(element =>
      executor.submit(new Callable[B] { override def call(): B = f(element) })
    )

  /** The same for work that is more than one function on one thread.
    *
    * @param start
    *   sets an element's work going
    */
  def mapStarted[A, B](source: Iterator[A], inFlight: Int)(start: A => Future[B]): Iterator[B] =
    new Iterator[B] {
      private val started = mutable.Queue.empty[Future[B]]

      override def hasNext: Boolean = started.nonEmpty || source.hasNext

      override def next(): B = {
        while (started.size < inFlight && source.hasNext) started.enqueue(start(source.next()))
        result(started.dequeue())
      }

      private def result(future: Future[B]): B =
        try future.get()
        catch { case error: ExecutionException => throw error.getCause }
    }
}
