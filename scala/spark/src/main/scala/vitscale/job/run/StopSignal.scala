package vitscale.job.run

import java.util.concurrent.{CountDownLatch, ExecutionException, FutureTask, TimeUnit, TimeoutException}

import scala.util.Try

import sun.misc.{Signal, SignalHandler}

import vitscale.DaemonThreads
import vitscale.job.output.Ledger

/** The user's request to stop the run (Ctrl-C, SIGTERM or SIGHUP). The run then commits its rows and ends. A second signal ends the
  * process at once, which loses only rows that were not committed.
  */
final class StopSignal {

  import StopSignal._

  private val requested = new CountDownLatch(1)

  def isRequested: Boolean = requested.getCount == 0

  def request(): Unit = requested.countDown()

  /** Wait for a number of seconds, or until a stop is requested. */
  def await(seconds: Int): Unit = {
    requested.await(seconds.toLong, TimeUnit.SECONDS)
    ()
  }

  /** Run work that does not check this signal, on its own thread, and abandon it when a stop is requested. Work that ignores
    * the interrupt continues in the background.
    *
    * @param cancel
    *   cancels the work, in addition to the interrupt of its thread
    * @throws StoppedException
    *   if a stop was requested before the work was done
    */
  def during[A](cancel: () => Unit)(work: => A): A = {
    if (isRequested) throw new StoppedException
    val (task, thread) = begun(work)
    // A result that arrives shortly after the stop is returned, because the caller may have to close it.
    answerUntilStop(task).getOrElse {
      cancel()
      thread.interrupt()
      try task.get(PatienceMillis, TimeUnit.MILLISECONDS)
      catch {
        case _: TimeoutException | _: ExecutionException =>
          cancel() // again, for jobs that started between the first cancel and the interrupt
          throw new StoppedException
      }
    }
  }

  /** Run the last work of a run, also after a stop was requested, and abandon it some time after the stop, because it may
    * block for ever.
    *
    * @param cancel
    *   cancels the work, in addition to the interrupt of its thread
    * @param patienceMillis
    *   milliseconds that the work may take after the stop
    * @return
    *   the result; none if the work was abandoned
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

  /** Stop at these signals from now on. One that the caller of the process ignores, as `nohup` does, stays ignored. */
  def install(): Unit = names.flatMap(name => Try(new Signal(name)).toOption).foreach { signal =>
    val handler: SignalHandler =
      _ => if (isRequested) Runtime.getRuntime.halt(Ledger.InterruptedCode) else request()
    Signal.handle(signal, handler)
  }
}

private object StopSignal {

  /** Ctrl-C, `kill`, and the end of a terminal or a connection, which Windows does not have. */
  private val names = Seq("INT", "TERM", "HUP")
  private val LookMillis = 100L
  private val PatienceMillis = 500L

  /** How long the last work of a run may take after a stop, see [[StopSignal.lastly]]. */
  val LastMillis = 10000L
}

/** The run was asked to stop before its first image. */
final class StoppedException extends RuntimeException("stopped before the first image")
