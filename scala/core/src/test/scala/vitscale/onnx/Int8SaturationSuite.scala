package vitscale.onnx

import org.scalatest.funsuite.AnyFunSuite

class IntegerSumsSuite extends AnyFunSuite {

  test("exact sums are asked for where there is no VNNI, and only there") {
    assert(Int8Saturation.mustBeAskedFor(Set("avx2")))
    assert(Int8Saturation.mustBeAskedFor(Set("avx2", "avx512f")))
    assert(!Int8Saturation.mustBeAskedFor(Set("avx2", "avx_vnni")))
    assert(!Int8Saturation.mustBeAskedFor(Set("avx512f", "avx512_vnni")))
  }
}
