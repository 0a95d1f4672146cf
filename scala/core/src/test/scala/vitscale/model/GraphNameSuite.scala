package vitscale.model

import org.scalatest.funsuite.AnyFunSuite

class GraphNameSuite extends AnyFunSuite {

  test("a graph's name becomes the options that make it") {
    Seq(
      "fp32" -> "--precision fp32",
      "fp16-uint8" -> "--precision fp16 --input uint8",
      "int8-static" -> "--precision int8-static",
      "fp32-tome4" -> "--precision fp32 --token-merging 4",
      "int8-uint8-tome12" -> "--precision int8 --input uint8 --token-merging 12"
    ).foreach { case (name, options) => assert(GraphName.exportOptions(name).contains(options), name) }
  }

  test("of other names the remedy says what there is") {
    Seq("int4", "bf16", "fp32-tome0", "fp32-tome4-uint8", "").foreach(name =>
      assert(GraphName.exportOptions(name).isEmpty, name)
    )
    assert(GraphName.unknown("int4").endsWith("makes no graph int4, but fp32, fp16, int8 and int8-static."))
    Seq("bf16", "bf16-tome8").foreach(name => assert(GraphName.unknown(name).contains("the runtime onednn")))
  }
}
