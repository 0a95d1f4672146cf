package vitscale.onednn

import java.nio.{ByteBuffer, ByteOrder}

import org.bytedeco.javacpp.BytePointer
import org.scalatest.funsuite.AnyFunSuite

import vitscale.TinyModel

class VitPlanSuite extends AnyFunSuite {

  test("a plan runs") {
    assert(OneDnn.problem == None)
    val config = VitConfig.read(TinyModel.path.resolve("config.json"), 11)
    val weights = SafeTensors.open(TinyModel.path)
    val pack = new WeightPack(weights)
    val plan = VitPlan.build(config, pack, Numbers.Fp32, 2)
    println(plan.implementations.mkString("\n"))
    val in = ByteBuffer.allocateDirect(2 * config.pixels * 4).order(ByteOrder.nativeOrder())
    val out = ByteBuffer.allocateDirect(2 * 11 * 4).order(ByteOrder.nativeOrder())
    plan.run(new BytePointer(in), new BytePointer(out))
    println((0 until 22).map(out.asFloatBuffer().get(_)))
    plan.close()
    pack.close()
    weights.close()
  }
}
