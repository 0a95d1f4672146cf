package vitscale.onednn

import org.scalatest.funsuite.AnyFunSuite

import vitscale.{DeviceException, UsageException}

class OneDnnSuite extends AnyFunSuite {

  test("another number of OpenMP threads is a problem that names the remedy") {
    assert(OneDnn.threadsProblem(Some("1")).isEmpty)
    assert(
      OneDnn.threadsProblem(Some("8")).get.startsWith("OMP_NUM_THREADS is 8; the oneDNN engine expects 1")
    )
    assert(OneDnn.threadsProblem(None).get.contains("spark.executorEnv.OMP_NUM_THREADS=1"))
  }

  test("the library loads here and names its version and instruction set") {
    assert(OneDnn.problem.isEmpty)
    assert(OneDnn.version.startsWith("3."))
    assert(OneDnn.instructionSet.nonEmpty)
  }

  test("bf16 is refused where the processor lacks it, int8 then keeps its attention in float32") {
    assertThrows[DeviceException](Numbers.of("bf16", hasBf16 = false, hasVnni = true))
    assertThrows[DeviceException](Numbers.of("int8", hasBf16 = false, hasVnni = false))
    assertThrows[UsageException](Numbers.of("fp8", hasBf16 = true, hasVnni = true))
    assert(Numbers.of("int8", hasBf16 = false, hasVnni = true).other == Numbers.Fp32.other)
    assert(
      Numbers.of("int8", hasBf16 = true, hasVnni = true).other == Numbers
        .of("bf16", hasBf16 = true, hasVnni = true)
        .other
    )
  }
}
