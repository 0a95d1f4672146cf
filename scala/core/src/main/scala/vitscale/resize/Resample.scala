package vitscale.resize

/** A resampling filter of Pillow, by the number that `preprocessor_config.json` gives it (`PIL.Image.Resampling`). */
sealed abstract class Resample(val number: Int)

object Resample {

  /** The source pixel under the centre of the target pixel. */
  case object Nearest extends Resample(0)

  case object Lanczos extends Kernel(1, support = 3.0, Kernels.lanczos)
  case object Bilinear extends Kernel(2, support = 1.0, Kernels.triangle)
  case object Bicubic extends Kernel(3, support = 2.0, Kernels.cubic)
  case object Box extends Kernel(4, support = 0.5, Kernels.box)
  case object Hamming extends Kernel(5, support = 1.0, Kernels.hamming)

  val all: Seq[Resample] = Seq(Nearest, Lanczos, Bilinear, Bicubic, Box, Hamming)

  def fromNumber(number: Int): Option[Resample] = all.find(_.number == number)

  /** A filter that weighs the neighbours of the target pixel's centre.
    *
    * @param support
    *   half the width of the filter, in source pixels where the image is not shrunk
    * @param weight
    *   the weight at a distance from the centre, before all are divided by their sum
    */
  sealed abstract class Kernel(number: Int, val support: Double, val weight: Double => Double)
      extends Resample(number)

  /** Written with the operations of Pillow's `Resample.c` in the same order, so that each double has the same bits. */
  private object Kernels {

    val box: Double => Double = x => if (x > -0.5 && x <= 0.5) 1.0 else 0.0

    val triangle: Double => Double = x => math.max(1.0 - math.abs(x), 0.0)

    /** A sinc under a Hamming window, whose coefficients Pillow gives in single precision. */
    val hamming: Double => Double = signed => {
      val x = math.abs(signed)
      if (x == 0.0) 1.0
      else if (x >= 1.0) 0.0
      else {
        val angle = x * math.Pi
        math.sin(angle) / angle * (0.54f.toDouble + 0.46f.toDouble * math.cos(angle))
      }
    }

    /** Keys' cubic convolution with a = -0.5. */
    val cubic: Double => Double = signed => {
      val a = -0.5
      val x = math.abs(signed)
      if (x < 1.0) ((a + 2.0) * x - (a + 3.0)) * x * x + 1
      else if (x < 2.0) (((x - 5) * x + 8) * x - 4) * a
      else 0.0
    }

    val lanczos: Double => Double = x => if (-3.0 <= x && x < 3.0) sinc(x) * sinc(x / 3) else 0.0

    private def sinc(x: Double): Double =
      if (x == 0.0) 1.0
      else {
        val angle = x * math.Pi
        math.sin(angle) / angle
      }
  }
}
