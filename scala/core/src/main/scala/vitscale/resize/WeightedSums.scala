package vitscale.resize

/** Weighted sums of arrays of packed pixels, each channel by itself.
  *
  * The arithmetic is Pillow's (`Resample.c`): a sum of fixed-point weights from one half on, shifted down and clipped.
  */
private[resize] object WeightedSums {
  import SumLoops._

  /** Write the weighted sum of some arrays.
    *
    * @param sources
    *   arrays of at least `length` packed pixels
    * @param first
    *   the first of them
    * @param table
    *   the weights
    * @param target
    *   the target position in the table
    * @param out
    *   receives `length` packed pixels
    * @param sums
    *   scratch of at least `length`
    */
  def write(
      sources: Array[Array[Int]],
      first: Int,
      table: ResizeWeights,
      target: Int,
      out: Array[Int],
      length: Int,
      sums: Array[Int]
  ): Unit = {
    java.util.Arrays.fill(out, 0, length, 0)
    var shift = 16
    while (shift >= 0) {
      val at = target * table.stride
      val count = table.count(target)
      if (table.overshoots) clipped(sources, first, table.weights, at, count, out, length, sums, shift)
      else plain(sources, first, table.weights, at, count, out, length, sums, shift)
      shift -= 8
    }
  }

  /** Sums that stay in a byte. */
  private def plain(
      sources: Array[Array[Int]],
      first: Int,
      weights: Array[Int],
      at: Int,
      count: Int,
      out: Array[Int],
      length: Int,
      sums: Array[Int],
      shift: Int
  ): Unit = {
    def s(k: Int): Array[Int] = sources(first + k)
    def w(k: Int): Int = weights(at + k)
    count match {
      case 1 => all1(out, length, shift, s(0), w(0))
      case 2 => all2(out, length, shift, s(0), w(0), s(1), w(1))
      case 3 => all3(out, length, shift, s(0), w(0), s(1), w(1), s(2), w(2))
      case 4 => all4(out, length, shift, s(0), w(0), s(1), w(1), s(2), w(2), s(3), w(3))
      case _ =>
        start3(sums, length, shift, s(0), w(0), s(1), w(1), s(2), w(2))
        var k = 3
        while (count - k > 3) {
          add3(sums, length, shift, s(k), w(k), s(k + 1), w(k + 1), s(k + 2), w(k + 2))
          k += 3
        }
        count - k match {
          case 1 => end1(out, sums, length, shift, s(k), w(k))
          case 2 => end2(out, sums, length, shift, s(k), w(k), s(k + 1), w(k + 1))
          case _ => end3(out, sums, length, shift, s(k), w(k), s(k + 1), w(k + 1), s(k + 2), w(k + 2))
        }
    }
  }

  /** Sums of weights below 0 among others, which can leave the range of a byte. */
  private def clipped(
      sources: Array[Array[Int]],
      first: Int,
      weights: Array[Int],
      at: Int,
      count: Int,
      out: Array[Int],
      length: Int,
      sums: Array[Int],
      shift: Int
  ): Unit = {
    def s(k: Int): Array[Int] = sources(first + k)
    def w(k: Int): Int = weights(at + k)
    java.util.Arrays.fill(sums, 0, length, Half)
    var k = 0
    while (count - k >= 3) {
      add3(sums, length, shift, s(k), w(k), s(k + 1), w(k + 1), s(k + 2), w(k + 2))
      k += 3
    }
    if (count - k == 2) add2(sums, length, shift, s(k), w(k), s(k + 1), w(k + 1))
    else if (count - k == 1) add1(sums, length, shift, s(k), w(k))
    clip(out, sums, length, shift)
  }
}
