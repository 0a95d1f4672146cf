package vitscale.classify

import java.util.concurrent.atomic.AtomicLong

/** Adds up the time that the threads of a classifier spend in each stage. Thread-safe.
  *
  * Threads work at the same time, so the sum over the stages can be longer than the time on the wall clock.
  */
final class StageClock {

  private val nanos: Map[String, AtomicLong] = StageClock.stages.map(_ -> new AtomicLong).toMap

  /** Do some work of a stage, and add its time, also if it fails. */
  def time[A](stage: String)(work: => A): A = {
    val start = System.nanoTime()
    try work
    finally {
      nanos(stage).addAndGet(System.nanoTime() - start)
      ()
    }
  }

  /** Return the nanoseconds of each stage since the last call, and start again at 0. No time is lost between two calls. */
  def take(): Map[String, Long] = nanos.map { case (stage, sum) => stage -> sum.getAndSet(0) }
}

object StageClock {

  /** Labels and scores from the logits. The other stages have the names of [[ImageFailure]]. */
  val Score = "score"

  /** In the order of the work. Normalisation belongs to preprocessing. */
  val stages: Seq[String] = Seq(ImageFailure.Decode, ImageFailure.Preprocess, ImageFailure.Forward, Score)
}
