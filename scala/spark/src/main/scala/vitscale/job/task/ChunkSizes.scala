package vitscale.job.task

/** How many images one task gets.
  *
  * Large enough that starting a task costs nothing beside its work, small enough that a lost one costs little, and smaller
  * towards the end, so that all cores finish together (guided self-scheduling; Polychronopoulos and Kuck, 1987).
  *
  * @param smallest
  *   images of the smallest task
  */
final class ChunkSizes(smallest: Int) {

  import ChunkSizes._

  private var (seenImages, seenSeconds) = (0.0, 0.0)

  /** Takes in what a task took. Each image counts, not each task: a huge one with a task of its own makes none of the others
    * look slow.
    */
  def observe(images: Int, seconds: Double): Unit = {
    seenImages = seenImages * Memory + images
    seenSeconds = seenSeconds * Memory + seconds
  }

  /** Images of the next task.
    *
    * @param remaining
    *   images for which there is no task yet
    */
  def next(remaining: Long, slots: Int): Int = {
    val longest =
      if (seenImages == 0) First.toDouble else TargetSeconds * seenImages / math.max(seenSeconds, 1e-9)
    val shared = remaining.toDouble / (slots * SharesPerSlot)
    math.max(smallest, math.min(Largest.toDouble, math.min(longest, shared)).toInt)
  }
}

private object ChunkSizes {
  private val TargetSeconds = 8.0
  private val First = 8
  private val Largest = 4096
  private val SharesPerSlot = 3
  private val Memory = 0.8
}
