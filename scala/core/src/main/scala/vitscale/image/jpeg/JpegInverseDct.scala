package vitscale.image.jpeg

/** The accurate integer inverse DCT of libjpeg (Loeffler, Ligtenberg and Moschytz 1989) in the 16-bit arithmetic of
  * libjpeg-turbo's vector code (`jidctint-avx2.asm`), which differs from the C code where damaged coefficients overflow.
  */
private[jpeg] object JpegInverseDct {

  private final val FractionBits = 13
  private final val ColumnShift = FractionBits - 2
  private final val RowShift = FractionBits + 2 + 3

  // Rotations with 13 fraction bits, those of one product already added up.
  private final val C54 = 4433 // 0.541196100
  private final val C131 = 10703 // 0.541196100 + 0.765366865
  private final val CMinus131 = -10704 // 0.541196100 - 1.847759065
  private final val C117 = 9633 // 1.175875602
  private final val CMinus78 = -6436 // 1.175875602 - 1.961570560
  private final val C78 = 6437 // 1.175875602 - 0.390180644
  private final val CMinus60 = -4927 // 0.298631336 - 0.899976223
  private final val CMinus90 = -7373 // -0.899976223
  private final val C60 = 4926 // 1.501321110 - 0.899976223
  private final val CMinus51 = -4176 // 2.053119869 - 2.562915447
  private final val CMinus256 = -20995 // -2.562915447
  private final val C51 = 4177 // 3.072711026 - 2.562915447

  /** Dequantises and transforms one block.
    *
    * @param block
    *   64 coefficients in natural order, from `at`
    * @param out
    *   receives 8 rows of 8 samples, from `to`, `stride` apart
    */
  def apply(
      block: Array[Short],
      at: Int,
      quantization: Array[Short],
      out: Array[Byte],
      to: Int,
      stride: Int
  ): Unit = {
    val work = new Array[Int](64)
    var i = 0
    while (i < 64) {
      work(i) = (block(at + i) * quantization(i)).toShort.toInt
      i += 1
    }
    if (hasOneRow(block, at)) spreadFirstRow(work)
    else
      for (column <- 0 until 8) transform(work, column, 8, ColumnShift)
    for (row <- 0 until 8) {
      transform(work, row * 8, 1, RowShift)
      var x = 0
      while (x < 8) {
        out(to + row * stride + x) = (math.max(-128, math.min(127, work(row * 8 + x))) + 128).toByte
        x += 1
      }
    }
  }

  private def hasOneRow(block: Array[Short], at: Int): Boolean = {
    var i = at + 8
    while (i < at + 64 && block(i) == 0) i += 1
    i == at + 64
  }

  /** The columns of a block whose other rows are zero are flat. */
  private def spreadFirstRow(work: Array[Int]): Unit = {
    var column = 0
    while (column < 8) {
      val flat = (work(column) << 2).toShort.toInt
      var row = 0
      while (row < 8) {
        work(row * 8 + column) = flat
        row += 1
      }
      column += 1
    }
  }

  /** Transforms eight values of a row or column in place. */
  private def transform(work: Array[Int], at: Int, step: Int, shift: Int): Unit = {
    val in0 = work(at)
    val in1 = work(at + step)
    val in2 = work(at + 2 * step)
    val in3 = work(at + 3 * step)
    val in4 = work(at + 4 * step)
    val in5 = work(at + 5 * step)
    val in6 = work(at + 6 * step)
    val in7 = work(at + 7 * step)

    val sum = (in0 + in4).toShort << FractionBits
    val difference = (in0 - in4).toShort << FractionBits
    val even3 = in2 * C131 + in6 * C54
    val even2 = in2 * C54 + in6 * CMinus131

    val z3 = (in7 + in3).toShort
    val z4 = (in5 + in1).toShort
    val rotated3 = z3 * CMinus78 + z4 * C117
    val rotated4 = z3 * C117 + z4 * C78
    val odd0 = in7 * CMinus60 + in1 * CMinus90 + rotated3
    val odd1 = in5 * CMinus51 + in3 * CMinus256 + rotated4
    val odd2 = in5 * CMinus256 + in3 * C51 + rotated3
    val odd3 = in7 * CMinus90 + in1 * C60 + rotated4

    work(at) = descaled(sum + even3 + odd3, shift)
    work(at + 7 * step) = descaled(sum + even3 - odd3, shift)
    work(at + step) = descaled(difference + even2 + odd2, shift)
    work(at + 6 * step) = descaled(difference + even2 - odd2, shift)
    work(at + 2 * step) = descaled(difference - even2 + odd1, shift)
    work(at + 5 * step) = descaled(difference - even2 - odd1, shift)
    work(at + 3 * step) = descaled(sum - even3 + odd0, shift)
    work(at + 4 * step) = descaled(sum - even3 - odd0, shift)
  }

  /** Rounded, and kept within 16 bits. */
  private def descaled(value: Int, shift: Int): Int =
    math.max(Short.MinValue, math.min(Short.MaxValue, (value + (1 << (shift - 1))) >> shift))
}
