package vitscale.ml

import scala.util.Try

import org.apache.spark.{SparkEnv, TaskContext}

import vitscale.DeviceException
import vitscale.device.Device

/** The device of a Spark task. A GPU is the one that Spark's resource scheduling assigned to the task. */
private[vitscale] object TaskDevice {

  /** The resource's name in `spark.executor.resource.gpu.amount`. */
  private val Resource = "gpu"

  /** To be called inside a task.
    *
    * @throws vitscale.DeviceException
    *   if the device is gpu, but Spark gave this task no GPU
    */
  def of(asked: Device): Device = {
    val addresses = TaskContext.get().resources().get(Resource).map(_.addresses.toSeq)
    assigned(asked, addresses, SparkEnv.get.conf.get("spark.master", "local"))
  }

  /** Return the device of a task. With a local master, Spark schedules no GPUs, and the requested GPUs are used.
    *
    * @param addresses
    *   GPUs that Spark assigned to the task, as its discovery script names them: the numbers of CUDA devices
    */
  private[ml] def assigned(asked: Device, addresses: Option[Seq[String]], master: String): Device =
    (asked, addresses) match {
      case (Device.Cpu, _) => Device.Cpu
      case (_, Some(found)) => Device.Gpu(found.map(number))
      case (gpu, None) if master.startsWith("local") && !master.startsWith("local-cluster") => gpu
      case _ =>
        throw new DeviceException(
          "The device is gpu, but Spark gave this task none. Let Spark schedule GPUs: set " +
            "spark.executor.resource.gpu.amount, spark.executor.resource.gpu.discoveryScript and " +
            "spark.task.resource.gpu.amount (docs/gpu.md)."
        )
    }

  private def number(address: String): Int =
    Try(address.trim.toInt).getOrElse(
      throw new DeviceException(
        s"Spark's discovery script names a GPU $address; expected the number of a CUDA device: 0, 1, ..."
      )
    )
}
