package vitscale.onednn.swin

import vitscale.onednn.plan.RowMoves

/** How windows cover a map of tokens. Zeros right of the map and below it make the last windows whole; a shift rolls the map up
  * and to the left before it is cut (`maybe_pad`, `cyclic_shift` and `window_partition` in Transformers' `modeling_swin.py`).
  *
  * @param height
  *   tokens in a column of the map
  * @param width
  *   tokens in a row of the map
  * @param window
  *   tokens in a column, and in a row, of a window
  * @param shift
  *   in tokens; 0 for windows that are not shifted
  */
final private[swin] case class WindowGrid(height: Int, width: Int, window: Int, shift: Int) {

  /** Windows in a column, and in a row. */
  private val rows = (height + window - 1) / window
  private val columns = (width + window - 1) / window

  /** Windows of an image. */
  val count: Int = Math.multiplyExact(rows, columns)

  /** Tokens of a window. */
  val area: Int = window * window

  /** The windows of an image in groups with the same mask. Shifted windows in the last row or column of windows hold tokens of
    * opposite edges of the map, which must not see each other.
    */
  val groups: IndexedSeq[WindowGroup] =
    if (shift == 0)
      IndexedSeq(WindowGroup(0 until rows, 0 until columns, cutsRows = false, cutsColumns = false))
    else
      IndexedSeq(
        WindowGroup(0 until rows - 1, 0 until columns - 1, cutsRows = false, cutsColumns = false),
        WindowGroup(0 until rows - 1, columns - 1 until columns, cutsRows = false, cutsColumns = true),
        WindowGroup(rows - 1 until rows, 0 until columns - 1, cutsRows = true, cutsColumns = false),
        WindowGroup(rows - 1 until rows, columns - 1 until columns, cutsRows = true, cutsColumns = true)
      ).filter(_.count > 0)

  /** The row of the map for each token of the windows: by group, image, window and place inside of it. Tokens outside of the map
    * are zeros.
    */
  def table(images: Int): IndexedSeq[Int] =
    for {
      group <- groups
      image <- 0 until images
      down <- group.rows
      right <- group.columns
      place <- 0 until area
    } yield {
      val row = (down * window + place / window + shift) % (rows * window)
      val column = (right * window + place % window + shift) % (columns * window)
      if (row < height && column < width) (image * height + row) * width + column else RowMoves.Zeros
    }

  /** Whether two tokens of a window must not see each other: one of them came around an edge, the other did not.
    *
    * @param one
    *   place in the window, row by row
    */
  def areApart(group: WindowGroup, one: Int, other: Int): Boolean = {
    def cameAround(place: Int) = place >= window - shift
    (group.cutsRows && cameAround(one / window) != cameAround(other / window)) ||
    (group.cutsColumns && cameAround(one % window) != cameAround(other % window))
  }
}

/** Windows of an image with the same mask.
  *
  * @param rows
  *   which of the rows of windows
  * @param columns
  *   which of the columns of windows
  * @param cutsRows
  *   whether tokens of both the upper and the lower edge of the map are in each window
  * @param cutsColumns
  *   the same of the left and the right edge
  */
final private[swin] case class WindowGroup(
    rows: Range,
    columns: Range,
    cutsRows: Boolean,
    cutsColumns: Boolean
) {
  def count: Int = rows.size * columns.size
}
