package vitscale.onednn

import org.scalatest.funsuite.AnyFunSuite

import vitscale.TinyModel

class VitPlanSuite extends AnyFunSuite {

  /** oneDNN's reference implementations are a hundred times slower than the others. */
  test("no step falls back to a reference implementation") {
    val config = VitConfig.read(TinyModel.path.resolve("config.json"), classes = 11, input = (32, 32))
    val scales = Int8Scales(IndexedSeq.fill(config.layers)(Some(BlockScales(BlockRanges(4f, 4f, 4f, 4f)))))
    val precisions = Numbers.Names.filter(name => name != "bf16" || OneDnn.instructions.bf16)
    precisions.foreach { precision =>
      val weights = OneDnnWeights.open(TinyModel.path)
      try {
        val numbers = Numbers.of(precision, OneDnn.instructions.copy(vnni = true))
        val plan = VitPlan.build(config, weights.pack, numbers, images = 2, Some(scales))
        try {
          assert(plan.implementations.size > 10)
          assert(plan.implementations.filter(_.contains("ref")) == Set.empty, precision)
        } finally plan.close()
      } finally weights.close()
    }
  }
}
