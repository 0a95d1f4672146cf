package vitscale.bench

import org.scalatest.funsuite.AnyFunSuite

class StatisticsSuite extends AnyFunSuite {

  test("median and MAD of an odd and of an even number of values") {
    assert(Statistics.of(Seq(5.0, 1.0, 3.0)) == Statistics(median = 3, mad = 2, min = 1, max = 5, count = 3))
    assert(
      Statistics.of(Seq(4.0, 1.0, 2.0, 9.0)) == Statistics(median = 3, mad = 1.5, min = 1, max = 9, count = 4)
    )
  }

  test("percentiles lie between neighbours, as NumPy puts them") {
    val found = Percentiles.of((1 to 11).map(_.toDouble).reverse)
    assert(found.p50 == 6 && math.abs(found.p90 - 10) < 1e-9 && math.abs(found.p99 - 10.9) < 1e-9)
    assert(Percentiles.of(Seq(3.0)) == Percentiles(3, 3, 3, 3, 3, 1))
  }

  test("one value has no spread; none is refused") {
    assert(Statistics.of(Seq(7.0)) == Statistics(7, 0, 7, 7, 1))
    intercept[IllegalArgumentException](Statistics.of(Seq.empty))
  }
}
