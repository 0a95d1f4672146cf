package vitscale.job.run

import java.util.concurrent.{CountDownLatch, ExecutionException, FutureTask, TimeUnit, TimeoutException}

import sun.misc.{Signal, SignalHandler}

import vitscale.DaemonThreads
import vitscale.job.output.Ledger

/** Whether the user asked the run to stop (Ctrl-C, or SIGTERM): it then keeps what was done and ends. A second signal ends
  * the process at once, which loses what was not committed and no more.
  */
final class StopSignal {

  import StopSignal._

  private val requested = new CountDownLatch(1)

  def isRequested: Boolean = requested.getCount == 0

  def request(): Unit = requested.countDown()

  /** Waits, but not for longer than until a stop is requested. */
  def await(seconds: Int): Unit = {
    requested.await(seconds.toLong, TimeUnit.SECONDS)
    ()
  }

  /** Does what never looks at this signal itself, on a thread of its own, and gives it up when a stop is requested. Work
    * that does not end then goes on with nobody waiting for it.
    *
    * @param cancel
    *   tells the work to end, beside the interrupt that its thread gets
    * @throws StoppedException
    *   if a stop was requested before the work was done
    */
  def during[A](cancel: () => Unit)(work: => A): A = {
    if (isRequested) throw new StoppedException
    val (task, thread) = begun(work)
    // What came after all is taken: it may have to be closed.
    answerUntilStop(task).getOrElse {
      cancel()
      thread.interrupt()
      try task.get(PatienceMillis, TimeUnit.MILLISECONDS)
      catch {
        case _: TimeoutException | _: ExecutionException =>
          cancel() // also what was begun between the first cancel and the interrupt
          throw new StoppedException
      }
    }
  }

  /** Does the last work of a run, also after a stop was requested, and gives it up some time after that: it may wait for
    * what does not come any more.
    *
    * @param cancel
    *   tells the work to end, beside the interrupt that its thread gets
    * @param patienceMillis
    *   how long the work may go on after the stop
    * @return
    *   none if it was given up
    */
  def lastly[A](cancel: () => Unit, patienceMillis: Long = LastMillis)(work: => A): Option[A] = {
    val (task, thread) = begun(work)
    answerUntilStop(task).orElse(answerOf(task, patienceMillis)).orElse {
      cancel()
      thread.interrupt()
      None
    }
  }

  private def begun[A](work: => A): (FutureTask[A], Thread) = {
    val task = new FutureTask[A](() => work)
    val thread = new DaemonThreads("vitscale-work-that-may-wait").newThread(task)
    thread.start()
    (task, thread)
  }

  private def answerUntilStop[A](task: FutureTask[A]): Option[A] = {
    var answer = answerOf(task, LookMillis)
    while (answer.isEmpty && !isRequested) answer = answerOf(task, LookMillis)
    answer
  }

  private def answerOf[A](task: FutureTask[A], millis: Long): Option[A] =
    try Some(task.get(millis, TimeUnit.MILLISECONDS))
    catch {
      case _: TimeoutException => None
      case error: ExecutionException => throw error.getCause
    }

  def install(): Unit = names.foreach { name =>
    val handler: SignalHandler =
      _ => if (isRequested) Runtime.getRuntime.halt(Ledger.InterruptedCode) else request()
    Signal.handle(new Signal(name), handler)
  }
}

private object StopSignal {
  private val names = Seq("INT", "TERM")
  private val LookMillis = 100L
  private val PatienceMillis = 500L
  private val LastMillis = 10000L
}

/** The run was asked to stop before its first image. */
final class StoppedException extends RuntimeException("stopped before the first image")
