package vitscale.job

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

  private var secondsPerImage: Option[Double] = None

  /** Takes in what a task took. */
  def observe(images: Int, seconds: Double): Unit = if (images > 0) {
    val observed = seconds / images
    secondsPerImage = Some(secondsPerImage.fold(observed)(known => known + Weight * (observed - known)))
  }

  /** Images of the next task.
    *
    * @param remaining
    *   images for which there is no task yet
    */
  def next(remaining: Long, slots: Int): Int = {
    val longest = secondsPerImage.fold(First.toDouble)(seconds => TargetSeconds / math.max(seconds, 1e-9))
    val shared = remaining.toDouble / (slots * SharesPerSlot)
    math.max(smallest, math.min(Largest.toDouble, math.min(longest, shared)).toInt)
  }
}

private object ChunkSizes {
  private val TargetSeconds = 8.0
  private val First = 8
  private val Largest = 4096
  private val SharesPerSlot = 3
  private val Weight = 0.2
}
