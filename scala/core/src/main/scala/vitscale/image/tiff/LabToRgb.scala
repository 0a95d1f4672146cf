package vitscale.image.tiff

/** Pillow's conversion from L*a*b* to sRGB, which Little CMS makes (`ImageCms`, perceptual intent).
  *
  * Little CMS computes the colours of a grid of 33 values an axis, in 16 bits, and interpolates between them in
  * tetrahedra (`OptimizeByResampling`, `TetrahedralInterp16`). This does both in the same arithmetic.
  */
private[tiff] object LabToRgb {

  private final val Grid = 33

  /** Steps to the next node along L*, a* and b*, in samples. */
  private val Steps = Array(Grid * Grid * 3, Grid * 3, 3)

  private final val Whole = 0xffff

  private lazy val nodes: Array[Int] = {
    val axis = Array.tabulate(Grid)(i => (rounded(i * Whole.toDouble / (Grid - 1)) / Whole.toDouble).toFloat)
    for (l <- axis; a <- axis; b <- axis; value <- LabNodes.rgb(l, a, b)) yield value
  }

  /** The nearest whole number from 0 to 65535. */
  def rounded(value: Double): Int = math.max(0, math.min(Whole, math.floor(value + 0.5).toInt))

  /** For each 8-bit sample: its node, and the rest of the way to the next, in 16 bits. */
  private val positions = Array.tabulate(256) { i =>
    val scaled = i * 257 * (Grid - 1)
    scaled + (scaled + 0x7fff) / Whole
  }

  /** @param lab
    *   four bytes a pixel: L*, a* + 128, b* + 128, and one that does not matter
    * @param rgb
    *   three bytes a pixel
    */
  def convert(lab: Array[Byte], rgb: Array[Byte]): Unit = {
    val axes = Array(0, 1, 2)
    var i = 0
    while (i * 3 < rgb.length) {
      interpolate(lab, 4 * i, rgb, 3 * i, axes)
      i += 1
    }
  }

  /** Walks from the node below the colour to the one above it, first along the axis with the largest rest. */
  private def interpolate(lab: Array[Byte], from: Int, rgb: Array[Byte], to: Int, axes: Array[Int]): Unit = {
    sortByRest(lab, from, axes)
    var start = 0
    var axis = 0
    while (axis < 3) {
      start += (positions(lab(from + axis) & 0xff) >> 16) * Steps(axis)
      axis += 1
    }
    var band = 0
    while (band < 3) {
      val base = nodes(start + band)
      var node = start + band
      var before = base
      var sum = 0x8001
      var k = 0
      while (k < 3) {
        val sample = lab(from + axes(k)) & 0xff
        if (sample != 255) node += Steps(axes(k)) // there is no node above the last
        sum += (nodes(node) - before) * (positions(sample) & 0xffff)
        before = nodes(node)
        k += 1
      }
      val value = base + ((sum + (sum >> 16)) >> 16) & 0xffff
      rgb(to + band) = (value * 65281L + 8388608 >> 24).toByte
      band += 1
    }
  }

  /** Equal rests give the same colour in either order. */
  private def sortByRest(lab: Array[Byte], from: Int, axes: Array[Int]): Unit = {
    swapIfLess(lab, from, axes, 0, 1)
    swapIfLess(lab, from, axes, 1, 2)
    swapIfLess(lab, from, axes, 0, 1)
  }

  private def swapIfLess(lab: Array[Byte], from: Int, axes: Array[Int], i: Int, j: Int): Unit = {
    val (first, second) = (axes(i), axes(j))
    if (restOf(lab(from + first)) < restOf(lab(from + second))) {
      axes(i) = second
      axes(j) = first
    }
  }

  private def restOf(sample: Byte): Int = positions(sample & 0xff) & 0xffff
}

/** The colours at the nodes: L*a*b* to XYZ (CIE 15), to linear sRGB (Bradford's adaptation from D65 to D50), to sRGB (IEC
  * 61966-2-1). Each step's result is rounded to 32 bits, as between the stages of Little CMS.
  */
private object LabNodes {

  private type Matrix = Array[Array[Double]]

  /** What Little CMS calls the largest XYZ that 16 bits hold. */
  private val LargestXyz = 1 + 32767.0 / 32768.0

  private val D50 = Array(0.9642, 1.0, 0.8249)
  private val D65 = xyz(0.3127, 0.3290)

  private val Bradford: Matrix =
    Array(Array(0.8951, 0.2664, -0.1614), Array(-0.7502, 1.7135, 0.0367), Array(0.0389, -0.0685, 1.0296))

  private def xyz(x: Double, y: Double): Array[Double] = Array(x / y, 1.0, (1 - x - y) / y)

  private val toLinear: Matrix = {
    val primaries = Array(Array(0.64, 0.30, 0.15), Array(0.33, 0.60, 0.06), Array(0.03, 0.10, 0.79))
    val share = times(inverse(primaries), D65)
    val fromLinear = primaries.map(row => row.zip(share).map { case (value, factor) => value * factor })
    val cones = times(Bradford, D50).zip(times(Bradford, D65)).map { case (to, from) => to / from }
    val scaled = Bradford.zip(cones).map { case (row, factor) => row.map(_ * factor) }
    inverse(product(product(inverse(Bradford), scaled), fromLinear)).map(_.map(_ * LargestXyz))
  }

  /** Red, green and blue in 16 bits of L*, a* and b* that go from 0 to 1. */
  def rgb(l: Float, a: Float, b: Float): Array[Int] = {
    val y = (l * 100.0 + 16.0) / 116.0
    val x = y + 0.002 * (a * 255.0 - 128.0)
    val z = y - 0.005 * (b * 255.0 - 128.0)
    val encoded =
      Array(x, y, z).zip(D50).map { case (t, white) => (linear(t) * white / LargestXyz).toFloat.toDouble }
    times(toLinear, encoded).map(value => LabToRgb.rounded(gamma(value.toFloat.toDouble) * 65535.0))
  }

  private def linear(t: Double): Double =
    if (t <= 24.0 / 116.0) (108.0 / 841.0) * (t - 16.0 / 116.0) else t * t * t

  private val Scale = 1 / 1.055
  private val Offset = 0.055 / 1.055
  private val Knee = math.pow(Scale * 0.04045 + Offset, 2.4)

  private def gamma(value: Double): Double = {
    val bent = if (value >= Knee) (math.pow(value, 1 / 2.4) - Offset) / Scale else value / (1 / 12.92)
    bent.toFloat.toDouble
  }

  private def times(m: Matrix, v: Array[Double]): Array[Double] =
    m.map(row => row(0) * v(0) + row(1) * v(1) + row(2) * v(2))

  private def product(a: Matrix, b: Matrix): Matrix = a.map(row => times(b.transpose, row))

  /** By cofactors. */
  private def inverse(m: Matrix): Matrix = {
    def minor(i: Int, j: Int): Double = {
      val (r, s, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3)
      m(r)(c) * m(s)(d) - m(r)(d) * m(s)(c)
    }
    val determinant = (0 to 2).map(j => m(0)(j) * minor(0, j)).sum
    Array.tabulate(3, 3)((i, j) => minor(j, i) / determinant)
  }
}
