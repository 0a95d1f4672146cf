package vitscale.classify

import java.util.concurrent.{Callable, ExecutionException, ExecutorService, Future}

import scala.collection.mutable

/** Maps an iterator on several threads, in order, at most a few elements ahead of the reader. */
private[vitscale] object OrderedParallel {

  /** Map each element with a function.
    *
    * @param inFlight
    *   number of elements in progress, or finished and not yet read; the source is read on the reader's thread
    */
  def map[A, B](source: Iterator[A], inFlight: Int, executor: ExecutorService)(f: A => B): Iterator[B] =
    mapStarted(source, inFlight)(element =>
      executor.submit(new Callable[B] { override def call(): B = f(element) })
    )

  /** Map each element with work that spans several threads.
    *
    * @param start
    *   starts the work of an element
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
