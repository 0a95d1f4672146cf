package vitscale.image.jpeg

/** The colour conversions of libjpeg (`jdcolor.c`) and of Pillow (`Convert.c`), in their integer arithmetic. */
private[image] object JpegColor {

  private final val FractionBits = 16
  private final val Half = 1 << (FractionBits - 1)

  // ITU-R BT.601 with 16 fraction bits: 1.40200, 0.71414, 0.34414 and 1.77200.
  private final val RedOfCr = 91881
  private final val GreenOfCr = 46802
  private final val GreenOfCb = 22554
  private final val BlueOfCb = 116130

  /** Turn packed YCbCr (`0x..RRBBYY`, Cr above Cb) into packed RGB. A channel has a loop of its own, since C2 makes vector
    * instructions of short loops only.
    *
    * @param rgb
    *   another array than `ycc`
    */
  def yccToRgb(ycc: Array[Int], rgb: Array[Int], count: Int): Unit = {
    var i = 0
    while (i < count) {
      val word = ycc(i)
      rgb(i) =
        bounded((word & 0xff) + ((RedOfCr * ((word >>> 16 & 0xff) - 128) + Half) >> FractionBits)) << 16
      i += 1
    }
    i = 0
    while (i < count) {
      val word = ycc(i)
      val chroma = GreenOfCb * ((word >>> 8 & 0xff) - 128) + GreenOfCr * ((word >>> 16 & 0xff) - 128)
      rgb(i) |= bounded((word & 0xff) + ((Half - chroma) >> FractionBits)) << 8
      i += 1
    }
    i = 0
    while (i < count) {
      val word = ycc(i)
      rgb(i) |= bounded((word & 0xff) + ((BlueOfCb * ((word >>> 8 & 0xff) - 128) + Half) >> FractionBits))
      i += 1
    }
  }

  /** Clips to a byte by shifts: C2 of Java 17 makes no vector instruction of `Math.min`. */
  private def bounded(value: Int): Int = (value & ~(value >> 31) | (255 - value) >> 31) & 0xff

  /** Turns the first three of each `stride` samples from YCbCr into RGB, in place. */
  def yccToRgb(samples: Array[Byte], stride: Int): Array[Byte] = {
    var i = 0
    while (i < samples.length) {
      pixelToRgb(samples, i)
      i += stride
    }
    samples
  }

  /** libjpeg looks these products up; multiplying is quicker on a JVM, which checks each index. */
  private def pixelToRgb(samples: Array[Byte], at: Int): Unit = {
    val y = samples(at) & 0xff
    val cb = (samples(at + 1) & 0xff) - 128
    val cr = (samples(at + 2) & 0xff) - 128
    samples(at) = clip(y + ((RedOfCr * cr + Half) >> FractionBits))
    samples(at + 1) = clip(y + ((Half - GreenOfCb * cb - GreenOfCr * cr) >> FractionBits))
    samples(at + 2) = clip(y + ((BlueOfCb * cb + Half) >> FractionBits))
  }

  /** Turns the inks (not the black) of stored CMYK around, in place, so that they read like the R, G, B of YCCK. */
  def invertInk(samples: Array[Byte]): Array[Byte] = {
    var i = 0
    while (i < samples.length) {
      samples(i) = (~samples(i)).toByte
      samples(i + 1) = (~samples(i + 1)).toByte
      samples(i + 2) = (~samples(i + 2)).toByte
      i += 4
    }
    samples
  }

  /** Pillow's CMYK to RGB; it takes every JPEG's CMYK for Adobe's, which is stored inverted, so the stored black is the
    * light that passes it.
    *
    * @param samples
    *   four a pixel: the amounts of cyan, magenta, yellow ink, and the stored (inverted) black
    */
  def cmykToRgb(samples: Array[Byte]): Array[Byte] = {
    val rgb = new Array[Byte](samples.length / 4 * 3)
    var from = 0
    var to = 0
    while (from < samples.length) {
      val light = samples(from + 3) & 0xff
      rgb(to) = (light - scaled(samples(from) & 0xff, light)).toByte
      rgb(to + 1) = (light - scaled(samples(from + 1) & 0xff, light)).toByte
      rgb(to + 2) = (light - scaled(samples(from + 2) & 0xff, light)).toByte
      from += 4
      to += 3
    }
    rgb
  }

  /** `a * b / 255`, rounded (Pillow's MULDIV255). */
  private def scaled(a: Int, b: Int): Int = {
    val product = a * b + 128
    ((product >> 8) + product) >> 8
  }

  /** Few values of a photo lie outside, so one test is quicker than two comparisons. */
  private def clip(value: Int): Byte =
    (if ((value & ~0xff) == 0) value else if (value < 0) 0 else 255).toByte
}
