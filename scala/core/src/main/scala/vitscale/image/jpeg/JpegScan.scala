package vitscale.image.jpeg

import vitscale.ImageException

/** What a scan header (SOS) says.
  *
  * @param planes
  *   the components of the scan, in its order
  * @param dcTables
  *   slots of the components' DC tables
  * @param first
  *   first coefficient of the band (Ss)
  * @param last
  *   last coefficient of the band (Se)
  * @param high
  *   bit that the scan before had reached (Ah), 0 in a first scan
  * @param low
  *   lowest bit of this scan (Al)
  */
final private[jpeg] case class JpegScan(
    planes: Array[JpegPlane],
    dcTables: Array[Int],
    acTables: Array[Int],
    first: Int,
    last: Int,
    high: Int,
    low: Int
) {

  /** libjpeg's checks of a progressive scan (`start_pass_phuff_decoder`). */
  def checkProgression(): Unit = {
    val isBand = if (first == 0) last == 0 else first <= last && last < 64 && planes.length == 1
    if (!isBand || high != 0 && low != high - 1 || low > 13)
      throw new ImageException(s"damaged: impossible progressive scan $first-$last, bits $high-$low")
  }

  /** Notes which bits of which coefficients are known after this scan. */
  def noteProgress(isFirstScan: Boolean): Unit =
    planes.foreach { plane =>
      for (i <- math.min(first, 1) to math.max(last, JpegPlane.SmoothedCoefficients - 1))
        if (i < JpegPlane.SmoothedCoefficients)
          plane.missingBefore(i) = if (isFirstScan) 0 else plane.missingBits(i)
      for (i <- first to last) plane.missingBits(i) = low
    }
}

/** The blocks of one MCU: where each one's coefficients lie and which component of the scan it belongs to. */
final private[jpeg] class JpegMcu {
  import JpegMcu._

  /** Number of blocks so far. */
  var count = 0

  /** The coefficients of each block, together with those of others. */
  val data = new Array[Array[Short]](MostBlocks)

  /** Where each block starts in its coefficients. */
  val at = new Array[Int](MostBlocks)

  /** The component of each block, as the scan counts them. */
  val component = new Array[Int](MostBlocks)

  /** Adds a block. */
  def add(coefficients: Array[Short], start: Int, ofComponent: Int): Unit = {
    data(count) = coefficients
    at(count) = start
    component(count) = ofComponent
    count += 1
  }
}

private[jpeg] object JpegMcu {

  /** libjpeg's `D_MAX_BLOCKS_IN_MCU`. */
  val MostBlocks = 10
}

/** A decoder of the entropy-coded data of one scan. */
private[jpeg] trait JpegEntropy {

  /** Decodes the coefficients of one MCU; after a suspension the same MCU is decoded again. */
  def decode(mcu: JpegMcu): Unit

  /** Whether zeros stand for data that a marker cut off. */
  def isInsufficient: Boolean

  /** Whether the data have ended, so that the MCUs until the next restart keep what they have. */
  def isExhausted: Boolean
}
