package vitscale.job.task

/** Chooses the number of images of each task.
  *
  * A task is large enough that its start costs little beside its work, and small enough that a lost task costs little.
  * Tasks shrink towards the end, so that all cores finish together (guided self-scheduling; Polychronopoulos and Kuck, 1987).
  *
  * @param smallest
  *   images of the smallest task
  */
final class ChunkSizes(smallest: Int) {

  import ChunkSizes._

  private var (seenImages, seenSeconds) = (0.0, 0.0)

  /** Record the time of a task. The mean is per image, not per task, so one huge image in its own task hardly changes it. */
  def observe(images: Int, seconds: Double): Unit = {
    seenImages = seenImages * Memory + images
    seenSeconds = seenSeconds * Memory + seconds
  }

  /** Return the number of images of the next task.
    *
    * @param remaining
    *   number of images without a task
    * @param slots
    *   number of tasks that run at a time
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
