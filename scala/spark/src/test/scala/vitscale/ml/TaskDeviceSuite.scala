package vitscale.ml

import org.apache.spark.SparkConf
import org.scalatest.funsuite.AnyFunSuite

import vitscale.DeviceException
import vitscale.device.Device

class TaskDeviceSuite extends AnyFunSuite {

  private val asked = Device.Gpu(Seq(0))

  test("a task on a cluster takes the GPU that Spark gave it, whatever number was asked for") {
    assert(TaskDevice.assigned(asked, Some(Seq("3")), "spark://host:7077") == Device.Gpu(Seq(3)))
    assert(TaskDevice.assigned(asked, Some(Seq("1", "2")), "yarn") == Device.Gpu(Seq(1, 2)))
  }

  test("a task that got no GPU is refused on a cluster, with the settings that are missing") {
    Seq("spark://host:7077", "yarn", "local-cluster[2,1,1024]").foreach { master =>
      val error = intercept[DeviceException](TaskDevice.assigned(asked, None, master))
      assert(error.getMessage.contains("spark.task.resource.gpu.amount"))
    }
  }

  test("with a local master, where Spark schedules no GPUs, those that were asked for are used") {
    val two = Device.Gpu(Seq(0, 1))
    assert(TaskDevice.assigned(two, None, "local[4]") == two)
  }

  test("the processor is the processor, with or without GPUs") {
    assert(TaskDevice.assigned(Device.Cpu, Some(Seq("0")), "yarn") == Device.Cpu)
  }

  test("as many tasks share a GPU as Spark's own arithmetic lets") {
    def tasks(amount: Option[String]) =
      TaskSlots.ofOneGpu(amount.foldLeft(new SparkConf(false))(_.set("spark.task.resource.gpu.amount", _)))
    assert(Seq("1", "0.5", "0.333333", "0.125", "2").map(amount => tasks(Some(amount))) == Seq(1, 2, 3, 8, 1))
    assert(tasks(None) == Int.MaxValue)
  }

  test("an address that is no number is refused, with what the script said") {
    val error = intercept[DeviceException](TaskDevice.assigned(asked, Some(Seq("GPU-8f2a")), "yarn"))
    assert(error.getMessage.contains("names a GPU GPU-8f2a"))
  }
}
