package vitscale.job.run

import java.util.concurrent.{CountDownLatch, TimeUnit}

import org.scalatest.funsuite.AnyFunSuite
import sun.misc.{Signal, SignalHandler}

import vitscale.{LocalSpark, UsageException}

class StopSignalSuite extends AnyFunSuite with LocalSpark {

  private def seconds(action: => Any): Double = {
    val began = System.nanoTime()
    action
    (System.nanoTime() - began) / 1e9
  }

  /** Requests a stop when the work has begun. */
  private def stopped(stop: StopSignal, begun: CountDownLatch): Unit = {
    val thread = new Thread(() => {
      begun.await()
      stop.request()
    })
    thread.start()
  }

  test("the end of a connection asks for a stop, as Ctrl-C and kill do") {
    for (name <- Seq("HUP", "INT", "TERM")) {
      val (stop, signal) = (new StopSignal, new Signal(name))
      stop.install()
      try {
        Signal.raise(signal)
        stop.await(seconds = 10)
        assert(stop.isRequested, name)
      } finally
        Seq("HUP", "INT", "TERM").foreach(one => Signal.handle(new Signal(one), SignalHandler.SIG_DFL))
    }
  }

  test("work is done as if nobody watched, with its answer or its error") {
    val stop = new StopSignal
    assert(stop.during(() => fail("nothing is cancelled"))(7) == 7)
    assertThrows[UsageException](stop.during(() => ())(throw new UsageException("wrong")))
  }

  test("work that waits for ever is given up within a second, also if it heeds no interrupt") {
    for (heeds <- Seq(true, false)) {
      val (stop, begun, end) = (new StopSignal, new CountDownLatch(1), new CountDownLatch(1))
      stopped(stop, begun)
      val took = seconds {
        assertThrows[StoppedException](stop.during(() => ()) {
          begun.countDown()
          if (heeds) end.await() else while (end.getCount > 0) Thread.interrupted()
        })
      }
      end.countDown()
      assert(took < 5, "on a busy machine; alone 0.1 s and 0.6 s")
    }
  }

  test("what comes although a stop was requested is handed over, so that it can be closed") {
    val (stop, begun) = (new StopSignal, new CountDownLatch(1))
    stopped(stop, begun)
    val answer = stop.during(() => ()) {
      begun.countDown()
      try new CountDownLatch(1).await(60, TimeUnit.SECONDS)
      catch { case _: InterruptedException => () }
      "a file to close"
    }
    assert(answer == "a file to close")
    assertThrows[StoppedException](stop.during(() => ())(fail("begun after the stop")))
  }

  test("last work is done after a stop as well, and given up if it does not end soon") {
    val (stop, cancelled) = (new StopSignal, new CountDownLatch(1))
    stop.request()
    assert(stop.lastly(() => fail("nothing is cancelled"))("counted").contains("counted"))
    assertThrows[UsageException](stop.lastly(() => ())(throw new UsageException("wrong")))
    val took = seconds {
      assert(stop.lastly(() => cancelled.countDown(), patienceMillis = 300)(cancelled.await()).isEmpty)
    }
    assert(cancelled.getCount == 0 && took >= 0.3)
  }

  test("a step's Spark jobs are cancelled, and no others") {
    val (stop, begun) = (new StopSignal, new CountDownLatch(1))
    stopped(stop, begun)
    val context = spark.sparkContext
    val other = context.parallelize(0 until 4, 1).map { i => Thread.sleep(500); i }.countAsync()
    assertThrows[StoppedException](new Interruptible(stop, context).apply {
      begun.countDown()
      context.parallelize(0 until 100, 1).foreach(_ => Thread.sleep(500))
    })
    assert(other.get() == 4)
    val deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30)
    while (context.statusTracker.getActiveJobIds().nonEmpty) {
      assert(System.nanoTime() < deadline, "the job goes on")
      Thread.sleep(50)
    }
  }
}
