package vitscale.resize

import vitscale.image.PixelRows

/** The pass of a resize along the rows: fewer or more columns, the same rows.
  *
  * A strip of rows is turned, so that a column is an array and [[WeightedSums]] computes one target column of all its rows at
  * once; the result is turned back.
  *
  * @param columns
  *   the target columns that are wanted, e.g. those of a crop
  */
final private[resize] class HorizontalPass(
    source: PixelRows,
    table: ResizeWeights,
    columns: Range,
    scratch: ResizeScratch
) extends PixelRows {

  override val width: Int = columns.length
  override val height: Int = source.height

  private val depth = HorizontalPass.depth(source.width, height)
  private val turned = scratch.sourceColumns.atLeast(source.width, depth)
  private val target = scratch.targetColumns.atLeast(width, depth)
  private val some = scratch.horizontalRows.atLeast(source.width * PixelRows.AtATime)
  private val strip = scratch.strip.atLeast(width * depth)
  private val sums = scratch.columnSums.atLeast(depth)
  private var start = 0
  private var end = 0

  override def read(first: Int, count: Int, words: Array[Int]): Unit = {
    var row = 0
    while (row < count) {
      if (first + row >= end) fill(first + row)
      val n = math.min(count - row, end - first - row)
      System.arraycopy(strip, (first + row - start) * width, words, row * width, n * width)
      row += n
    }
  }

  private def fill(first: Int): Unit = {
    start = first
    end = math.min(first + depth, height)
    var y = 0
    while (start + y < end) {
      val count = math.min(PixelRows.AtATime, end - start - y)
      source.read(start + y, count, some)
      if (count == PixelRows.AtATime) HorizontalPass.turnEight(some, source.width, turned, y)
      else HorizontalPass.turn(some, source.width, count, turned, y)
      y += count
    }
    var x = 0
    while (x < width) {
      val column = columns.start + x
      WeightedSums.write(turned, table.first(column), table, column, target(x), end - start, sums)
      x += 1
    }
    HorizontalPass.turnBack(target, width, end - start, strip)
  }
}

private object HorizontalPass {

  /** Pixels of a strip that stay in a core's second cache. */
  private final val InCache = 1 << 17

  /** Rows of each strip: about the same number in each, so that none is a short rest. */
  private def depth(width: Int, height: Int): Int = {
    val most = math.max(InCache / width, 4 * PixelRows.AtATime)
    val strips = (height + most - 1) / most
    (height + strips - 1) / strips
  }

  /** Write eight rows into eight neighbouring places of each column: one cache line. */
  private def turnEight(rows: Array[Int], width: Int, columns: Array[Array[Int]], y: Int): Unit = {
    var x = 0
    while (x < width) {
      val column = columns(x)
      column(y) = rows(x)
      column(y + 1) = rows(width + x)
      column(y + 2) = rows(2 * width + x)
      column(y + 3) = rows(3 * width + x)
      column(y + 4) = rows(4 * width + x)
      column(y + 5) = rows(5 * width + x)
      column(y + 6) = rows(6 * width + x)
      column(y + 7) = rows(7 * width + x)
      x += 1
    }
  }

  private def turn(rows: Array[Int], width: Int, count: Int, columns: Array[Array[Int]], y: Int): Unit = {
    var row = 0
    while (row < count) {
      var x = 0
      while (x < width) {
        columns(x)(y + row) = rows(row * width + x)
        x += 1
      }
      row += 1
    }
  }

  /** Write columns into rows, four columns at a time. */
  private def turnBack(columns: Array[Array[Int]], width: Int, count: Int, rows: Array[Int]): Unit = {
    var x = 0
    while (x + 4 <= width) {
      val (a, b, c, d) = (columns(x), columns(x + 1), columns(x + 2), columns(x + 3))
      var y = 0
      var to = x
      while (y < count) {
        rows(to) = a(y)
        rows(to + 1) = b(y)
        rows(to + 2) = c(y)
        rows(to + 3) = d(y)
        to += width
        y += 1
      }
      x += 4
    }
    while (x < width) {
      val column = columns(x)
      var y = 0
      while (y < count) {
        rows(y * width + x) = column(y)
        y += 1
      }
      x += 1
    }
  }
}
