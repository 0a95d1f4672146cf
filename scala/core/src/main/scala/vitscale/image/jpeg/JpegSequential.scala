package vitscale.image.jpeg

/** Whole blocks, one after the other (ITU-T T.81, F.2.2). */
final private class JpegSequential(
    scan: JpegScan,
    dcTables: Array[JpegHuffmanTable],
    acTables: Array[JpegHuffmanTable],
    input: JpegInput,
    restartInterval: Int
) extends JpegHuffman(scan, input, restartInterval) {

  protected def canBeFast: Boolean = true

  protected def blocks(mcu: JpegMcu): Unit = {
    var i = 0
    while (i < mcu.count) {
      val component = mcu.component(i)
      val size = bits.symbol(dcTables(component))
      if (size > 0) dc(component) += bits.receiveSigned(size)
      mcu.data(i)(mcu.at(i)) = dc(component).toShort
      acCoefficients(acTables(component), mcu.data(i), mcu.at(i))
      i += 1
    }
  }

  private def acCoefficients(table: JpegHuffmanTable, data: Array[Short], at: Int): Unit = {
    var k = 1
    while (k < 64) {
      val symbol = bits.symbol(table)
      val size = symbol & 15
      if (size > 0) {
        k += symbol >> 4
        data(at + JpegZigzag.natural(k)) = bits.receiveSigned(size).toShort
        k += 1
      } else k = if (symbol == 0xf0) k + 16 else 64
    }
  }
}
