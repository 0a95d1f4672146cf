package vitscale.onednn.vit.family

/** Bicubic resampling of a grid, as torch's `interpolate(mode="bicubic", align_corners=False)` does it.
  *
  * Source: `UpSampleKernel.cpp` and `UpSample.h` in PyTorch's `aten/src/ATen/native`. The kernel is that of Keys 1981, "Cubic
  * Convolution Interpolation for Digital Image Processing", equation 4, with the parameter `a`.
  *
  * @param a
  *   slope of the kernel at a distance of 1
  * @param antialias
  *   whether the kernel widens where the grid shrinks
  */
final private[onednn] case class Bicubic(a: Double, antialias: Boolean) {
  import Bicubic._

  /** Resamples both dimensions of a grid.
    *
    * @param grid
    *   [height, width, channels]
    * @return
    *   [newHeight, newWidth, channels]
    */
  def resample(grid: Array[Float], height: Int, width: Int, newHeight: Int, newWidth: Int): Array[Float] = {
    val channels = grid.length / (height * width)
    val rows = along(grid, outer = height, width, newWidth, channels)
    along(rows, outer = 1, height, newHeight, newWidth * channels)
  }

  /** Resamples the middle dimension of [outer, from, inner]. */
  private def along(values: Array[Float], outer: Int, from: Int, to: Int, inner: Int): Array[Float] = {
    val result = new Array[Float](outer * to * inner)
    for (target <- 0 until to) {
      val taps = tapsOf(target, from, to)
      for (block <- 0 until outer)
        add(taps, values, block * from, result, (block * to + target) * inner, inner)
    }
    result
  }

  /** Writes the weighted sum of some rows of `inner` numbers. */
  private def add(
      taps: Seq[Tap],
      values: Array[Float],
      firstRow: Int,
      result: Array[Float],
      at: Int,
      inner: Int
  ): Unit = {
    val sums = new Array[Double](inner)
    taps.foreach { tap =>
      val row = (firstRow + tap.source) * inner
      var i = 0
      while (i < inner) {
        sums(i) += values(row + i) * tap.weight
        i += 1
      }
    }
    sums.indices.foreach(i => result(at + i) = sums(i).toFloat)
  }

  /** Where a place of the new grid takes its value from. */
  private def tapsOf(target: Int, from: Int, to: Int): Seq[Tap] = {
    val scale = from.toDouble / to
    val center = scale * (target + 0.5)
    if (antialias) antialiased(center, math.max(scale, 1.0), from)
    else {
      val first = math.floor(center - 0.5).toInt
      (first - 1 to first + 2).map { source =>
        Tap(math.min(math.max(source, 0), from - 1), kernel(center - 0.5 - source))
      }
    }
  }

  private def antialiased(center: Double, stretch: Double, from: Int): Seq[Tap] = {
    val support = Radius * stretch
    val first = math.max((center - support + 0.5).toInt, 0)
    val end = math.min((center + support + 0.5).toInt, from)
    val taps = (first until end).map(source => Tap(source, kernel((source - center + 0.5) / stretch)))
    val total = taps.map(_.weight).sum
    taps.map(tap => tap.copy(weight = tap.weight / total))
  }

  private def kernel(distance: Double): Double = {
    val x = math.abs(distance)
    if (x < 1) ((a + 2) * x - (a + 3)) * x * x + 1
    else if (x < Radius) (((x - 5) * x + 8) * x - 4) * a
    else 0
  }
}

private[onednn] object Bicubic {

  /** Without antialiasing torch takes OpenCV's parameter, with it Pillow's. */
  val Plain: Bicubic = Bicubic(-0.75, antialias = false)
  val Antialiased: Bicubic = Bicubic(-0.5, antialias = true)

  /** Distance at which the kernel ends. */
  private val Radius = 2.0

  /** A row of the old grid, and its share of a row of the new one. */
  final private case class Tap(source: Int, weight: Double)
}
