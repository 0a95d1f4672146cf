package vitscale.resize

/** The arrays that a resize writes to, kept for the next image of the same thread. */
final private[resize] class ResizeScratch {
  import ResizeScratch.{Arrays, Row}

  /** Columns of a strip of the source, and of the target. */
  val sourceColumns = new Arrays
  val targetColumns = new Arrays

  /** The turned strip, row after row. */
  val strip = new Row

  /** Rows as a pass reads them: along rows and along columns. */
  val horizontalRows = new Row
  val verticalRows = new Row

  /** Source rows that the next target row needs. */
  val ring = new Arrays
  val targetRow = new Row

  val columnSums = new Row
  val rowSums = new Row
}

private[resize] object ResizeScratch {

  /** Wider images get arrays of their own, so that a thread does not keep them. */
  private final val WidestKept = 1 << 14

  private val ofThread: ThreadLocal[ResizeScratch] = ThreadLocal.withInitial(() => new ResizeScratch)

  /** The arrays for an image, on the calling thread. */
  def of(width: Int): ResizeScratch = if (width <= WidestKept) ofThread.get else new ResizeScratch

  /** An array that is made anew when a larger one is needed. */
  final class Row {
    private var kept = Array.emptyIntArray

    def atLeast(length: Int): Array[Int] = {
      if (kept.length < length) kept = new Array[Int](length)
      kept
    }
  }

  /** Several arrays of one length. */
  final class Arrays {
    private var kept = Array.empty[Array[Int]]

    /** At least `count` arrays of at least `length`. */
    def atLeast(count: Int, length: Int): Array[Array[Int]] = {
      if (kept.length < count || kept.head.length < length) kept = Array.ofDim[Int](count, length)
      kept
    }
  }
}
