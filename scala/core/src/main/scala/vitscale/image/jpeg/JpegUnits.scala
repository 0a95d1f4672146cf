package vitscale.image.jpeg

/** Decodes the units (MCUs) of one scan in their order.
  *
  * @param isStored
  *   whether coefficients are kept for later scans; otherwise they become samples at once
  */
final private[jpeg] class JpegUnits(
    scan: JpegScan,
    frame: JpegFrame,
    isStored: Boolean,
    entropy: JpegEntropy,
    input: JpegInput
) {
  private val isSingle = scan.planes.length == 1

  /** Blocks of each component in a unit: one where a scan has one component alone. */
  private def across(plane: JpegPlane) = if (isSingle) 1 else plane.component.horizontal
  private def down(plane: JpegPlane) = if (isSingle) 1 else plane.component.vertical

  private val (wide, high) =
    if (isSingle) (scan.planes.head.blocksWide, scan.planes.head.blocksHigh)
    else
      (
        JpegPlane.roundedUp(frame.width, frame.widest * 8),
        JpegPlane.roundedUp(frame.height, frame.highest * 8)
      )

  private val mcu = new JpegMcu
  private val buffer = new Array[Short](JpegMcu.MostBlocks * 64)

  /** @return
    *   the last row of whole units for which there were data
    */
  def decode(): Option[Int] = {
    var lastGoodRow: Option[Int] = None
    val total = wide.toLong * high
    var next = 0L
    while (next < total)
      try
        while (next < total) {
          val (row, column) = ((next / wide).toInt, (next % wide).toInt)
          if (!entropy.isInsufficient) lastGoodRow = Some(wholeUnitRow(row))
          if (entropy.isExhausted) next = total
          else {
            prepare(row, column)
            entropy.decode(mcu)
            if (!isStored) transform(row, column)
            next += 1
          }
        }
      catch { case JpegSuspended => input.nextPortion() }
    lastGoodRow
  }

  private def wholeUnitRow(row: Int): Int =
    if (isSingle) row / scan.planes.head.component.vertical else row

  private def prepare(row: Int, column: Int): Unit = {
    mcu.count = 0
    if (!isStored) java.util.Arrays.fill(buffer, 0.toShort)
    var component = 0
    while (component < scan.planes.length) {
      val plane = scan.planes(component)
      var y = 0
      while (y < down(plane)) {
        var x = 0
        while (x < across(plane)) {
          if (isStored) {
            val at = plane.blockAt(row * down(plane) + y, column * across(plane) + x)
            mcu.add(plane.coefficients, at, component)
          } else mcu.add(buffer, mcu.count * 64, component)
          x += 1
        }
        y += 1
      }
      component += 1
    }
  }

  private def transform(row: Int, column: Int): Unit = {
    var block = 0
    var component = 0
    while (component < scan.planes.length) {
      val plane = scan.planes(component)
      var y = 0
      while (y < down(plane)) {
        var x = 0
        while (x < across(plane)) {
          plane.inverseTransform(buffer, block * 64, row * down(plane) + y, column * across(plane) + x)
          block += 1
          x += 1
        }
        y += 1
      }
      component += 1
    }
  }
}
