package vitscale.onednn.layer

/** Rows of a table of relative positions: one for each distance of two tokens of a grid, by distance in a column and in a row.
  *
  * Source: `relative_position_index` in Transformers' `modeling_swin.py` and `modeling_beit.py`.
  *
  * @param height
  *   tokens in a column of the grid
  * @param width
  *   tokens in a row of the grid
  */
final private[onednn] case class RelativePositionIndex(height: Int, width: Int) {

  private val columns = 2 * width - 1

  /** Number of distances. */
  val size: Int = (2 * height - 1) * columns

  /** The row of two tokens, which are counted row by row of the grid. */
  def of(query: Int, key: Int): Int = {
    val down = query / width - key / width + height - 1
    val right = query % width - key % width + width - 1
    down * columns + right
  }
}
