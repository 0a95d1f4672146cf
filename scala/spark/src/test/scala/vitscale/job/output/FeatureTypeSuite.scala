package vitscale.job.output

import org.scalatest.funsuite.AnyFunSuite

class FeatureTypeSuite extends AnyFunSuite {

  /** The value of a half that is a number, by its definition in IEEE 754. */
  private def value(bits: Int): Double = {
    val (exponent, fraction) = ((bits >> 10) & 31, bits & 1023)
    val magnitude =
      if (exponent == 0) fraction * math.pow(2, -24) else (1024 + fraction) * math.pow(2, exponent - 25.0)
    if ((bits & 0x8000) == 0) magnitude else -magnitude
  }

  private val numbers = (0 until 0x7c00) ++ (0x8000 until 0xfc00)

  private def half(value: Double): Int = FeatureType.half(value.toFloat) & 0xffff

  test("every number of 16 bits stays itself") {
    numbers.foreach(bits => assert(half(value(bits)) == bits))
  }

  test("what lies between two of them becomes the nearer, and the even one in the middle") {
    (0 until 0x7bff).foreach { bits =>
      val (low, high) = (value(bits), value(bits + 1))
      assert(half(low + 0.4 * (high - low)) == bits && half(low + 0.6 * (high - low)) == bits + 1)
      assert(half((low + high) / 2) == (if (bits % 2 == 0) bits else bits + 1))
      assert(half(-(low + high) / 2) == (0x8000 | (if (bits % 2 == 0) bits else bits + 1)))
    }
  }

  test("too large numbers are infinite, and what is no number stays none") {
    assert(half(65519) == 0x7bff && half(65520) == 0x7c00 && half(-1e30) == 0xfc00)
    assert(half(Double.PositiveInfinity) == 0x7c00 && half(Double.NaN) == 0x7e00)
  }

  test("the column has two little-endian bytes for each number") {
    assert(
      FeatureType.Float16.value(Array(1f, -2f)).asInstanceOf[Array[Byte]].toSeq == Seq[Byte](0, 0x3c, 0, -64)
    )
  }
}
