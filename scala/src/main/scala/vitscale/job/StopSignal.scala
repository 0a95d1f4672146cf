package vitscale.job

import java.util.concurrent.{CountDownLatch, TimeUnit}

import sun.misc.{Signal, SignalHandler}

/** Whether the user asked the run to stop (Ctrl-C, or SIGTERM): it then keeps what was done and ends. A second signal ends
  * the process at once, which loses what was not committed and no more.
  */
final class StopSignal {

  private val requested = new CountDownLatch(1)

  def isRequested: Boolean = requested.getCount == 0

  def request(): Unit = requested.countDown()

  /** Waits, but not for longer than until a stop is requested. */
  def await(seconds: Int): Unit = {
    requested.await(seconds.toLong, TimeUnit.SECONDS)
    ()
  }

  def install(): Unit = StopSignal.names.foreach { name =>
    val handler: SignalHandler =
      _ => if (isRequested) Runtime.getRuntime.halt(StopSignal.Interrupted) else request()
    Signal.handle(new Signal(name), handler)
  }
}

private object StopSignal {
  private val names = Seq("INT", "TERM")
  private val Interrupted = 130
}
