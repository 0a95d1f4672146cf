package vitscale.model

import org.scalatest.funsuite.AnyFunSuite

class PassPrecisionSuite extends AnyFunSuite {

  test("pairs of merged tokens stand behind the numbers; other names are numbers as a whole") {
    Seq(
      "fp32" -> PassPrecision("fp32", 0),
      "bf16-tome2" -> PassPrecision("bf16", 2),
      "int8-tome16" -> PassPrecision("int8", 16),
      "int8-static" -> PassPrecision("int8-static", 0),
      "fp32-uint8-tome4" -> PassPrecision("fp32-uint8", 4),
      "int8-tome0" -> PassPrecision("int8-tome0", 0),
      "int8-tome" -> PassPrecision("int8-tome", 0),
      "int8-tome99999999" -> PassPrecision("int8-tome99999999", 0),
      "-tome4" -> PassPrecision("-tome4", 0)
    ).foreach { case (name, expected) => assert(PassPrecision.of(name) == expected, name) }
  }
}
