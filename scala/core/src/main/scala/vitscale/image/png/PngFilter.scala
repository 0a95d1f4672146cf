package vitscale.image.png

import vitscale.ImageException

/** The row filters of PNG (specification, section 9), undone. */
private[png] object PngFilter {

  /** Undoes the filter named by the row's first byte, in place.
    *
    * @param previous
    *   the unfiltered row above, zeros above the first
    */
  def undo(row: Array[Byte], previous: Array[Byte], bytesPerPixel: Int): Unit = row(0) match {
    case 0 => ()
    case 1 => undoSub(row, bytesPerPixel)
    case 2 => undoUp(row, previous)
    case 3 => undoAverage(row, previous, bytesPerPixel)
    case 4 => undoPaeth(row, previous, bytesPerPixel)
    case other => throw new ImageException(s"damaged: unknown row filter $other")
  }

  private def undoSub(row: Array[Byte], bytesPerPixel: Int): Unit = {
    var i = bytesPerPixel + 1
    while (i < row.length) {
      row(i) = (row(i) + row(i - bytesPerPixel)).toByte
      i += 1
    }
  }

  private def undoUp(row: Array[Byte], previous: Array[Byte]): Unit = {
    var i = 1
    while (i < row.length) {
      row(i) = (row(i) + previous(i)).toByte
      i += 1
    }
  }

  private def undoAverage(row: Array[Byte], previous: Array[Byte], bytesPerPixel: Int): Unit = {
    var i = 1
    while (i < row.length) {
      val left = if (i > bytesPerPixel) row(i - bytesPerPixel) & 0xff else 0
      row(i) = (row(i) + (left + (previous(i) & 0xff)) / 2).toByte
      i += 1
    }
  }

  private def undoPaeth(row: Array[Byte], previous: Array[Byte], bytesPerPixel: Int): Unit = {
    var i = 1
    while (i < row.length) {
      val left = if (i > bytesPerPixel) row(i - bytesPerPixel) & 0xff else 0
      val above = previous(i) & 0xff
      val aboveLeft = if (i > bytesPerPixel) previous(i - bytesPerPixel) & 0xff else 0
      row(i) = (row(i) + nearest(left, above, aboveLeft)).toByte
      i += 1
    }
  }

  /** Whichever of the three is nearest to left + above - aboveLeft; ties in this order. */
  private def nearest(left: Int, above: Int, aboveLeft: Int): Int = {
    val toLeft = math.abs(above - aboveLeft)
    val toAbove = math.abs(left - aboveLeft)
    val toAboveLeft = math.abs(left + above - 2 * aboveLeft)
    if (toLeft <= toAbove && toLeft <= toAboveLeft) left
    else if (toAbove <= toAboveLeft) above
    else aboveLeft
  }
}
