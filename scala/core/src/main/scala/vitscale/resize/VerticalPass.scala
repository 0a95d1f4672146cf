package vitscale.resize

import vitscale.image.PixelRows

/** The pass of a resize along the columns: fewer or more rows, the same columns. It keeps the few source rows that the next
  * target row needs.
  */
final private[resize] class VerticalPass(source: PixelRows, table: ResizeWeights, scratch: ResizeScratch)
    extends PixelRows {

  override val width: Int = source.width
  override val height: Int = table.outSize

  private val some = scratch.verticalRows.atLeast(width * PixelRows.AtATime)
  private val ring = scratch.ring.atLeast(table.stride + PixelRows.AtATime, width)
  private val taken = new Array[Array[Int]](table.stride)
  private val target = scratch.targetRow.atLeast(width)
  private val sums = scratch.rowSums.atLeast(width)
  private var loaded = 0

  override def read(first: Int, count: Int, words: Array[Int]): Unit = {
    var row = 0
    while (row < count) {
      write(first + row)
      System.arraycopy(target, 0, words, row * width, width)
      row += 1
    }
  }

  private def write(y: Int): Unit = {
    val from = table.first(y)
    load(from, from + table.count(y))
    var k = 0
    while (k < table.count(y)) {
      taken(k) = ring((from + k) % ring.length)
      k += 1
    }
    WeightedSums.write(taken, 0, table, y, target, width, sums)
  }

  /** Read rows until `end`, without those before `from` that no target row needs. */
  private def load(from: Int, end: Int): Unit = {
    if (loaded < from) loaded = from
    while (loaded < end) {
      val count = math.min(PixelRows.AtATime, end - loaded)
      source.read(loaded, count, some)
      var row = 0
      while (row < count) {
        System.arraycopy(some, row * width, ring((loaded + row) % ring.length), 0, width)
        row += 1
      }
      loaded += count
    }
  }
}
