package vitscale.runtime

/** The colour conversions of libjpeg (`jdcolor.c`) and of Pillow (`Convert.c`), in their integer arithmetic. */
private[runtime] object JpegColor {

  private val FractionBits = 16
  private val Half = 1 << (FractionBits - 1)

  /** What the chroma samples add to each colour, by the sample (0..255, 128 is neutral). ITU-R BT.601 in fixed point. */
  private val redOfCr = Array.tabulate(256)(cr => (fixed(1.40200) * (cr - 128) + Half) >> FractionBits)
  private val blueOfCb = Array.tabulate(256)(cb => (fixed(1.77200) * (cb - 128) + Half) >> FractionBits)
  private val greenOfCr = Array.tabulate(256)(cr => -fixed(0.71414) * (cr - 128))
  private val greenOfCb = Array.tabulate(256)(cb => -fixed(0.34414) * (cb - 128) + Half)

  private def fixed(x: Double): Int = (x * (1 << FractionBits) + 0.5).toInt

  def grayToRgb(gray: Array[Byte]): Array[Byte] = {
    val rgb = new Array[Byte](Math.multiplyExact(gray.length, 3))
    var i = 0
    while (i < gray.length) {
      rgb(3 * i) = gray(i)
      rgb(3 * i + 1) = gray(i)
      rgb(3 * i + 2) = gray(i)
      i += 1
    }
    rgb
  }

  /** Turns the first three of each `stride` samples from YCbCr into RGB, in place. */
  def yccToRgb(samples: Array[Byte], stride: Int): Array[Byte] = {
    var i = 0
    while (i < samples.length) {
      val y = samples(i) & 0xff
      val cb = samples(i + 1) & 0xff
      val cr = samples(i + 2) & 0xff
      var red = y + redOfCr(cr)
      var green = y + ((greenOfCb(cb) + greenOfCr(cr)) >> FractionBits)
      var blue = y + blueOfCb(cb)
      if (((red | green | blue) & ~0xff) != 0) { // few pixels of a photo: clipping all takes twice the time
        red = clip(red)
        green = clip(green)
        blue = clip(blue)
      }
      samples(i) = red.toByte
      samples(i + 1) = green.toByte
      samples(i + 2) = blue.toByte
      i += stride
    }
    samples
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

  private def clip(value: Int): Int = math.min(math.max(value, 0), 255)
}
