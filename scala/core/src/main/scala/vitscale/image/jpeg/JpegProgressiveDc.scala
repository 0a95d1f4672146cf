package vitscale.image.jpeg

import vitscale.ImageException

/** The DC coefficients of a progressive image: their upper bits, or one more bit of each (G.1.2.1). */
final private class JpegProgressiveDc(
    scan: JpegScan,
    tables: Array[JpegHuffmanTable],
    input: JpegInput,
    restartInterval: Int
) extends JpegHuffman(scan, input, restartInterval) {

  protected def canBeFast: Boolean = false

  protected def blocks(mcu: JpegMcu): Unit = {
    var i = 0
    while (i < mcu.count) {
      if (scan.high == 0) first(mcu, i) else refine(mcu, i)
      i += 1
    }
  }

  private def first(mcu: JpegMcu, i: Int): Unit = {
    val component = mcu.component(i)
    val size = bits.symbol(tables(component))
    if (size > 0) {
      val sum = dc(component).toLong + bits.receiveSigned(size)
      if (sum != sum.toInt) throw new ImageException("damaged: a DC coefficient is out of range")
      dc(component) = sum.toInt
    }
    mcu.data(i)(mcu.at(i)) = (dc(component) << scan.low).toShort
  }

  private def refine(mcu: JpegMcu, i: Int): Unit =
    if (bits.receive(1) != 0)
      mcu.data(i)(mcu.at(i)) = (mcu.data(i)(mcu.at(i)) | 1 << scan.low).toShort
}
