package vitscale.onednn.library

import org.bytedeco.dnnl.memory.data_type
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

  test("a precision is refused where the processor lacks its instructions") {
    assertThrows[DeviceException](
      Numbers.of("bf16", Instructions(avx512 = true, vnni = true, bf16 = false, fastBf16 = false))
    )
    assertThrows[DeviceException](
      Numbers.of("int8", Instructions(avx512 = true, vnni = false, bf16 = false, fastBf16 = false))
    )
    assertThrows[UsageException](
      Numbers.of("fp8", Instructions(avx512 = true, vnni = true, bf16 = true, fastBf16 = true))
    )
  }

  test("int8 takes bf16 for its attention only where that is faster than float32") {
    val slow = Numbers.of("int8", Instructions(avx512 = true, vnni = true, bf16 = true, fastBf16 = false))
    val fast = Numbers.of("int8", Instructions(avx512 = true, vnni = true, bf16 = true, fastBf16 = true))
    assert(slow.other == data_type.f32)
    assert(fast.other == data_type.bf16)
  }
}
