package vitscale.image.jpeg

/** libjpeg-turbo's smoothing of progressive images whose AC coefficients are not all known (`decompress_smooth_data`):
  * the first nine, where they are zero, are estimated from the DC values of the 5x5 blocks around.
  */
private[jpeg] object JpegSmoothing {

  /** An estimate: where the coefficient lies in natural order, and the weights of the 25 DC values, row by row. */
  final private case class Estimate(place: Int, weights: Array[Int])

  // Natural places of the coefficients in zigzag order, from the second to the tenth.
  private val Places = JpegZigzag.natural.slice(1, JpegPlane.SmoothedCoefficients)

  /** By the places' order; where some AC coefficients are known, only the first five are estimated. */
  private val Known: Array[Estimate] = estimates(
    Seq(10 -> -7, 11 -> 50, 13 -> -50, 14 -> 7),
    Seq(2 -> -7, 7 -> 50, 17 -> -50, 22 -> 7),
    Seq(2 -> -1, 7 -> 13, 12 -> -24, 17 -> 13, 22 -> -1),
    Seq(
      9 -> 1,
      15 -> 1,
      16 -> -10,
      18 -> 10,
      1 -> -1,
      19 -> -1,
      21 -> 1,
      23 -> -1,
      3 -> 1,
      5 -> -1,
      6 -> 10,
      8 -> -10
    ),
    Seq(10 -> -1, 11 -> 13, 12 -> -24, 13 -> 13, 14 -> -1)
  )

  /** Where no AC coefficient is known. */
  private val Unknown: Array[Estimate] = estimates(
    Seq(
      0 -> -1,
      1 -> -1,
      3 -> 1,
      4 -> 1,
      5 -> -3,
      6 -> 13,
      8 -> -13,
      9 -> 3,
      10 -> -3,
      11 -> 38,
      13 -> -38,
      14 -> 3,
      15 -> -3,
      16 -> 13,
      18 -> -13,
      19 -> 3,
      20 -> -1,
      21 -> -1,
      23 -> 1,
      24 -> 1
    ),
    Seq(
      0 -> -1,
      1 -> -3,
      2 -> -3,
      3 -> -3,
      4 -> -1,
      5 -> -1,
      6 -> 13,
      7 -> 38,
      8 -> 13,
      9 -> -1,
      15 -> 1,
      16 -> -13,
      17 -> -38,
      18 -> -13,
      19 -> 1,
      20 -> 1,
      21 -> 3,
      22 -> 3,
      23 -> 3,
      24 -> 1
    ),
    Seq(
      2 -> 1,
      6 -> 2,
      7 -> 7,
      8 -> 2,
      11 -> -5,
      12 -> -14,
      13 -> -5,
      16 -> 2,
      17 -> 7,
      18 -> 2,
      22 -> 1
    ),
    Seq(0 -> -1, 4 -> 1, 6 -> 9, 8 -> -9, 16 -> -9, 18 -> 9, 20 -> 1, 24 -> -1),
    Seq(
      6 -> 2,
      7 -> -5,
      8 -> 2,
      10 -> 1,
      11 -> 7,
      12 -> -14,
      13 -> 7,
      14 -> 1,
      16 -> 2,
      17 -> -5,
      18 -> 2
    ),
    Seq(6 -> 1, 8 -> -1, 11 -> 2, 13 -> -2, 16 -> 1, 18 -> -1),
    Seq(6 -> 1, 7 -> -3, 8 -> 1, 16 -> -1, 17 -> 3, 18 -> -1),
    Seq(6 -> 1, 8 -> -1, 11 -> -3, 13 -> 3, 16 -> 1, 18 -> -1),
    Seq(6 -> 1, 7 -> 2, 8 -> 1, 16 -> -1, 17 -> -2, 18 -> -1)
  )

  /** The DC value itself, where no AC coefficient is known. */
  private val SmoothDc: Array[Int] = Array(
    Array(-2, -6, -8, -6, -2),
    Array(-6, 6, 42, 6, -6),
    Array(-8, 42, 152, 42, -8),
    Array(-6, 6, 42, 6, -6),
    Array(-2, -6, -8, -6, -2)
  ).flatten

  private def estimates(weights: Seq[(Int, Int)]*): Array[Estimate] =
    weights
      .zip(Places)
      .map { case (sparse, place) =>
        val dense = new Array[Int](25)
        sparse.foreach { case (i, weight) => dense(i) = weight }
        Estimate(place, dense)
      }
      .toArray

  /** Whether libjpeg smooths (`smoothing_ok`): all tables and DC values are there, and some AC bits are not. */
  def applies(planes: Array[JpegPlane]): Boolean =
    planes.forall { plane =>
      plane.quantization.exists(table => (0 +: Places).forall(table(_) != 0)) && plane.missingBits(0) >= 0
    } && planes.exists(_.missingBits.slice(1, JpegPlane.SmoothedCoefficients).exists(_ != 0))

  /** Transforms all blocks of a component with their estimates.
    *
    * @param lastGoodRow
    *   the last row of units for which the last scan had data; below it counts what was known before
    */
  def apply(plane: JpegPlane, frame: JpegFrame, lastGoodRow: Int): Unit = {
    val factor = plane.component.vertical
    val unitRows = JpegPlane.roundedUp(frame.height, frame.highest * 8)
    val quantization = plane.quantization.get
    val block = new Array[Short](64)
    for (row <- 0 until plane.blocksHigh) {
      val unitRow = row / factor
      val missing = if (unitRow > lastGoodRow) plane.missingBefore else plane.missingBits
      // libjpeg counts the rows of blocks as if each row of units had as many as this one.
      val inUnit = if (unitRow == unitRows - 1) plane.blocksHigh - unitRow * factor else factor
      val counted = unitRow * inUnit + row % factor
      val rows = neighbours(row, counted, inUnit * unitRows)
      for (column <- 0 until plane.blocksWide) {
        System.arraycopy(plane.coefficients, plane.blockAt(row, column), block, 0, 64)
        val around = dcAround(plane, rows, column)
        smooth(block, around, missing, quantization)
        plane.inverseTransform(block, 0, row, column)
      }
    }
  }

  /** The rows two above to two below; beyond the edge lies the edge. */
  private def neighbours(row: Int, counted: Int, count: Int): Array[Int] = {
    val above = if (counted > 0) row - 1 else row
    val below = if (counted < count - 1) row + 1 else row
    Array(
      if (counted > 1) row - 2 else above,
      above,
      row,
      below,
      if (counted < count - 2) row + 2 else below
    )
  }

  private def dcAround(plane: JpegPlane, rows: Array[Int], column: Int): Array[Int] =
    Array.tabulate(25) { i =>
      val near = math.max(0, math.min(plane.blocksWide - 1, column + i % 5 - 2))
      plane.coefficients(plane.blockAt(rows(i / 5), near)).toInt
    }

  private def smooth(
      block: Array[Short],
      around: Array[Int],
      missing: Array[Int],
      quantization: Array[Short]
  ): Unit = {
    val isUnknown = (1 until JpegPlane.SmoothedCoefficients).forall(missing(_) == -1)
    val estimates = if (isUnknown) Unknown else Known
    var i = 0
    while (i < estimates.length) {
      val place = estimates(i).place
      val bits = missing(i + 1)
      if (bits != 0 && block(place) == 0)
        block(place) = predicted(estimates(i).weights, around, quantization, place, bits).toShort
      i += 1
    }
    if (isUnknown) block(0) = predicted(SmoothDc, around, quantization, 0, bits = 0).toShort
  }

  private def predicted(
      weights: Array[Int],
      around: Array[Int],
      quantization: Array[Short],
      place: Int,
      bits: Int
  ): Int = {
    val sum = around.indices.map(i => weights(i) * around(i)).sum
    val scaled = (quantization(0) & 0xffffL) * sum
    val step = quantization(place) & 0xffffL
    val size = (((step << 7) + math.abs(scaled)) / (step << 8)).toInt
    val limited = if (bits > 0 && size >= (1 << bits)) (1 << bits) - 1 else size
    if (scaled >= 0) limited else -limited
  }
}
