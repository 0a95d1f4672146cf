package vitscale.resize

import java.util.{LinkedHashMap => JLinkedHashMap, Map => JMap}

/** The weights with which one axis of an image is resampled.
  *
  * @param first
  *   for each target position, the first source position it reads
  * @param count
  *   for each target position, how many source positions it reads
  * @param stride
  *   how many weights each target position has in `weights` (at least the largest `count`)
  * @param weights
  *   fixed-point weights with [[ResizeWeights.FractionBits]] fraction bits
  */
final private[resize] class ResizeWeights(
    val first: Array[Int],
    val count: Array[Int],
    val stride: Int,
    val weights: Array[Int]
) {
  def outSize: Int = first.length

  /** Whether sums can leave the range of a byte. Without negative weights they cannot: each weight is rounded by at most one
    * half, which 16,000 of them could not add up to one step of a byte.
    */
  val overshoots: Boolean = stride > 16000 || weights.exists(_ < 0)
}

private[resize] object ResizeWeights {

  /** 32 bits less 8 for the sample and 2 for the overshoot of filters with negative lobes (Pillow's PRECISION_BITS). */
  val FractionBits: Int = 32 - 8 - 2

  /** A data set has few image sizes, so a few tables spare nearly all the work; large ones are not kept. */
  private val CachedTables = 64
  private val LargestCachedTable = 1 << 16

  private val cache = new JLinkedHashMap[(Int, Int, Resample), ResizeWeights](CachedTables, 0.75f, true) {
    override def removeEldestEntry(eldest: JMap.Entry[(Int, Int, Resample), ResizeWeights]): Boolean =
      size > CachedTables
  }

  def of(inSize: Int, outSize: Int, filter: Resample.Kernel): ResizeWeights = {
    val key = (inSize, outSize, filter)
    val known = cache.synchronized(cache.get(key))
    if (known != null) known
    else {
      val made = compute(inSize, outSize, filter)
      if (made.weights.length <= LargestCachedTable) cache.synchronized(cache.put(key, made))
      made
    }
  }

  /** Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` for the whole axis: where the image shrinks, the filter
    * widens by the same factor, which is what keeps fine patterns from aliasing.
    */
  private def compute(inSize: Int, outSize: Int, filter: Resample.Kernel): ResizeWeights = {
    val scale = inSize.toDouble / outSize
    val filterScale = math.max(scale, 1.0)
    val support = filter.support * filterScale
    val stride = math.ceil(support).toInt * 2 + 1
    val first = new Array[Int](outSize)
    val count = new Array[Int](outSize)
    val weights = new Array[Int](Math.multiplyExact(outSize, stride))
    val exact = new Array[Double](stride)

    var out = 0
    while (out < outSize) {
      val center = (out + 0.5) * scale
      val from = math.max((center - support + 0.5).toInt, 0)
      val to = math.min((center + support + 0.5).toInt, inSize)
      first(out) = from
      count(out) = to - from
      fill(exact, from, to - from, center, 1.0 / filterScale, filter)
      var i = 0
      while (i < to - from) {
        weights(out * stride + i) = toFixedPoint(exact(i))
        i += 1
      }
      out += 1
    }
    new ResizeWeights(first, count, stride, weights)
  }

  /** The weights of one target position, divided by their sum unless that is 0. */
  private def fill(
      exact: Array[Double],
      from: Int,
      count: Int,
      center: Double,
      shrink: Double,
      filter: Resample.Kernel
  ): Unit = {
    var sum = 0.0
    var i = 0
    while (i < count) {
      exact(i) = filter.weight((i + from - center + 0.5) * shrink)
      sum += exact(i)
      i += 1
    }
    if (sum != 0.0) {
      i = 0
      while (i < count) {
        exact(i) /= sum
        i += 1
      }
    }
  }

  /** Rounds half away from zero. */
  private def toFixedPoint(weight: Double): Int = {
    val scaled = weight * (1 << FractionBits)
    if (weight < 0) (scaled - 0.5).toInt else (scaled + 0.5).toInt
  }
}
