package vitscale.onednn.calibrate

import java.nio.FloatBuffer

import scala.util.Random

import org.scalatest.funsuite.AnyFunSuite

class RangeHistogramSuite extends AnyFunSuite {

  private def best(values: Seq[Float], offset: Float = 0f, steps: Int = 127): Float = {
    val histogram = new RangeHistogram(offset)
    values.grouped(1000).foreach(part => histogram.add(FloatBuffer.wrap(part.toArray)))
    histogram.best(steps)
  }

  /** Mean squared error of rounding and clipping, value by value. */
  private def error(values: Seq[Float], range: Float, steps: Int): Double = {
    val scale = range / steps
    values.map { value =>
      val code = math.max(-steps, math.min(steps, math.rint((value / scale).toDouble).toInt))
      math.pow(value.toDouble - code * scale, 2)
    }.sum
  }

  test("evenly spread values keep their whole range") {
    val values = (-1000 to 1000).map(_ / 100f)
    assert(math.abs(best(values) - 10f) < 0.2f)
  }

  test("the range is about as good as the best of an exhaustive search") {
    val random = new Random(0)
    val values = Seq.fill(20000)(random.nextGaussian().toFloat) ++ Seq.fill(20)(random.nextFloat() * 30)
    val tried = (1 to 300).map(_ / 10f)
    val optimum = tried.map(error(values, _, 127)).min
    assert(error(values, best(values), 127) < 1.05 * optimum)
    assert(best(values) < values.max)
  }

  test("codes without a sign begin at the offset") {
    assert(math.abs(best((-17 to 400).map(_ / 100f), offset = -0.17f, steps = 255) - 4f) < 0.1f)
  }

  test("no values, zeros and values that are no numbers give a range above 0") {
    assert(best(Seq.empty) > 0)
    assert(best(Seq(0f, 0f)) > 0)
    assert(best(Seq(Float.NaN, Float.PositiveInfinity, 1f)) <= 1.01f)
  }
}
