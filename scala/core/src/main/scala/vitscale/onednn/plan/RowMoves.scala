package vitscale.onednn.plan

/** Rows of one tensor that become rows of another, as runs of neighbours: one copy for each.
  *
  * @param sources
  *   first row of each run in the source, or [[RowMoves.Zeros]]
  * @param targets
  *   first row of each run in the target
  * @param lengths
  *   rows of each run
  */
final private[onednn] class RowMoves private (
    sources: Array[Int],
    targets: Array[Int],
    lengths: Array[Int]
) {
  def count: Int = lengths.length
  def source(run: Int): Int = sources(run)
  def target(run: Int): Int = targets(run)
  def rows(run: Int): Int = lengths(run)
}

private[onednn] object RowMoves {

  /** The source of rows that are zeros. */
  val Zeros: Int = -1

  /** Each row of the target from a row of the source.
    *
    * @param table
    *   row of the source by row of the target, or [[Zeros]]
    */
  def gather(table: IndexedSeq[Int]): RowMoves = {
    val starts = table.indices.filter(row => row == 0 || !follows(table(row - 1), table(row)))
    new RowMoves(starts.map(table).toArray, starts.toArray, lengths(starts, table.size))
  }

  /** The reverse: each row of the source back to its place. Rows that were zeros have none. */
  def scatter(table: IndexedSeq[Int]): RowMoves = {
    val moves = gather(table)
    val kept = (0 until moves.count).filter(moves.source(_) != Zeros)
    new RowMoves(
      kept.map(moves.target).toArray,
      kept.map(moves.source).toArray,
      kept.map(moves.rows).toArray
    )
  }

  private def follows(before: Int, row: Int): Boolean =
    if (before == Zeros) row == Zeros else row == before + 1

  private def lengths(starts: IndexedSeq[Int], end: Int): Array[Int] =
    starts.zip(starts.drop(1) :+ end).map { case (first, next) => next - first }.toArray
}
