package vitscale.image.jpeg

/** One colour component while a JPEG is decoded: its blocks, its coefficients and its samples.
  *
  * @param isStored
  *   whether all coefficients are kept until the last scan
  */
final private[jpeg] class JpegPlane(val component: JpegComponent, frame: JpegFrame, isStored: Boolean) {
  import JpegPlane._

  private def scaled(size: Int, factor: Int, most: Int): Int = roundedUp(size * factor, most)

  /** Size in blocks, without those that only fill up the last unit of the interleaved scan. */
  val blocksWide: Int = scaled(frame.width, component.horizontal, frame.widest * 8)
  val blocksHigh: Int = scaled(frame.height, component.vertical, frame.highest * 8)

  /** Size in samples. */
  val width: Int = scaled(frame.width, component.horizontal, frame.widest)
  val height: Int = scaled(frame.height, component.vertical, frame.highest)

  private val storedWide = roundedUp(blocksWide, component.horizontal) * component.horizontal
  private val storedHigh = roundedUp(blocksHigh, component.vertical) * component.vertical

  /** Coefficients of all blocks, 64 in natural order each; empty where they are not kept. */
  val coefficients: Array[Short] =
    if (isStored) new Array[Short](Math.multiplyExact(Math.multiplyExact(storedWide, storedHigh), 64))
    else Array.empty

  /** Samples, row by row; the gray of coefficients that are all zero until they are set. */
  lazy val samples: Array[Byte] = {
    val all = new Array[Byte](Math.multiplyExact(stride, blocksHigh * 8))
    java.util.Arrays.fill(all, Gray)
    all
  }

  /** The quantisation table at the component's first scan. */
  var quantization: Option[Array[Short]] = None

  /** How many low bits of each coefficient are still to come, -1 before its first scan (libjpeg's `coef_bits`). */
  val missingBits: Array[Int] = Array.fill(64)(-1)

  /** The same before the last scan, for the first coefficients. */
  val missingBefore = new Array[Int](SmoothedCoefficients)

  /** Samples from one row to the next. */
  def stride: Int = blocksWide * 8

  /** Where a block's coefficients start. */
  def blockAt(row: Int, column: Int): Int = (row * storedWide + column) * 64

  /** Turns a block's coefficients into samples; blocks beyond the edge have none. */
  def inverseTransform(block: Array[Short], at: Int, row: Int, column: Int): Unit =
    if (row < blocksHigh && column < blocksWide)
      quantization.foreach(JpegInverseDct(block, at, _, samples, row * 8 * stride + column * 8, stride))
}

private[jpeg] object JpegPlane {

  /** The DC coefficient and the first nine others (libjpeg's `SAVED_COEFS`). */
  val SmoothedCoefficients = 10

  private val Gray = 128.toByte

  /** The quotient of whole numbers, rounded up. */
  def roundedUp(dividend: Int, divisor: Int): Int = (dividend + divisor - 1) / divisor
}
