package vitscale.onednn.library

private[onednn] object Shares {

  /** Divides `total` things among `count` in almost equal parts: the first of each, and the one behind its last. */
  def of(total: Int, count: Int): IndexedSeq[(Int, Int)] = {
    val bounds = (0 to count).map(part => (part.toLong * total / count).toInt)
    bounds.zip(bounds.tail)
  }
}
