package vitscale.runtime

import org.scalatest.funsuite.AnyFunSuite

class IntegerSumsSuite extends AnyFunSuite {

  test("exact sums are asked for where there is no VNNI, and only there") {
    assert(IntegerSums.mustBeAskedFor(Set("avx2")))
    assert(IntegerSums.mustBeAskedFor(Set("avx2", "avx512f")))
    assert(!IntegerSums.mustBeAskedFor(Set("avx2", "avx_vnni")))
    assert(!IntegerSums.mustBeAskedFor(Set("avx512f", "avx512_vnni")))
  }
}
