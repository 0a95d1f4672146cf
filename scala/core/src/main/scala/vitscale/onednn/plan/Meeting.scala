package vitscale.onednn.plan

import java.util.concurrent.Phaser

/** Where the threads of a pass wait for each other.
  *
  * @param threads
  *   how many meet
  */
final private[onednn] class Meeting(threads: Int) {

  @volatile private var phaser = new Phaser(threads)

  /** Begins a pass, whatever became of the one before. */
  def begin(): Unit = phaser = new Phaser(threads)

  /** Waits until every thread is here.
    *
    * @throws Meeting.Cancelled
    *   if one of them failed
    */
  def await(): Unit = if (phaser.arriveAndAwaitAdvance() < 0) throw new Meeting.Cancelled

  /** Lets nobody wait for a thread that failed. */
  def cancel(): Unit = phaser.forceTermination()
}

private[onednn] object Meeting {

  /** Another thread of the pass failed; what it threw is the reason. */
  final class Cancelled extends RuntimeException("Another thread of this forward pass failed.")
}
