package vitscale.onednn.calibrate

import vitscale.onednn.int8.Int8Scales

/** Chooses the blocks of a model that are computed without 8-bit codes, by measurement: those first that lose most alone.
  *
  * @param least
  *   share of the images that must keep float32's first label
  */
final private[calibrate] class ExactBlocks(check: CheckImages, least: Double, say: String => Unit) {

  /** @param start
    *   scales with all blocks in codes, which lose too much
    * @param lost
    *   how they answer
    * @return
    *   the first scales that lose little enough, else those that lose least
    */
  def search(start: Int8Scales, lost: Comparison): (Int8Scales, Comparison) = {
    say(f"${100 * lost.agreement}%.1f %% keep fp32's first label; searching the blocks that lose most")
    val worst = byLoss(start)
    val tries = ExactBlocks.counts(start.blocks.size).iterator.map { count =>
      val scales = start.without(worst.take(count).toSet)
      val comparison = check.compare(scales)
      say(f"$count of ${worst.size} blocks without codes: ${100 * comparison.agreement}%.1f %%")
      (scales, comparison)
    }
    var best = start -> lost
    while (best._2.agreement < least && tries.hasNext) {
      val next = tries.next()
      if (next._2.agreement > best._2.agreement) best = next
    }
    best
  }

  /** Blocks, the one with the largest error first, each measured with all others in float32. */
  private def byLoss(start: Int8Scales): Seq[Int] = {
    val few = check.take(ExactBlocks.ImagesForOne)
    val all = start.blocks.indices
    val errors = all.map(block => few.compare(start.without(all.toSet - block)).error)
    all.sortBy(block => -errors(block))
  }
}

private[calibrate] object ExactBlocks {

  /** Images that show the loss of one block. */
  private val ImagesForOne = 32

  /** Numbers of blocks to try: with more than half of them without codes, int8 would not pay. */
  private def counts(blocks: Int): Seq[Int] = {
    val most = math.max(1, blocks / 2)
    Seq(1, 2, 3, 4, 6, 8, 12).takeWhile(_ < most) :+ most
  }
}
