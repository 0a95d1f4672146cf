package vitscale.onednn.merge

/** How many tokens of an image each block of an encoder sees, if blocks merge tokens.
  *
  * @param tokens
  *   before the first block
  * @param pairs
  *   pairs that each block merges but the last one, whose tokens nobody reads; 0 for none
  */
final private[onednn] case class MergeSchedule(tokens: Int, layers: Int, pairs: Int) {

  private val before: IndexedSeq[Int] =
    (1 until layers).scanLeft(tokens)((left, _) => left - MergeSchedule.most(left, pairs))

  def isEmpty: Boolean = pairs == 0

  /** Tokens of each image before a block. */
  def tokensBefore(block: Int): Int = before(block)

  /** Pairs that a block merges. */
  def pairsIn(block: Int): Int = if (block == layers - 1) 0 else MergeSchedule.most(before(block), pairs)
}

private[onednn] object MergeSchedule {

  /** The class token never joins another, so of two halves one has a token too few. */
  private def most(tokens: Int, pairs: Int): Int = math.min(pairs, (tokens - 1) / 2)
}
