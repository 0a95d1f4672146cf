package vitscale.device

import vitscale.UsageException

/** The device that runs the model. */
sealed abstract class Device(val name: String) extends Product with Serializable

object Device {

  case object Cpu extends Device("cpu")

  /** CUDA devices of this machine.
    *
    * @param ids
    *   their distinct numbers among the devices of `CUDA_VISIBLE_DEVICES`
    */
  final case class Gpu(ids: Seq[Int]) extends Device("gpu") {
    if (ids.isEmpty || ids.exists(_ < 0) || ids.distinct.size != ids.size)
      throw new UsageException(
        s"The GPU ids are ${ids.mkString("[", ", ", "]")}; expected distinct numbers of at least 0."
      )
  }

  val names: Seq[String] = Seq(Cpu.name, "gpu")

  /** @param name
    *   cpu or gpu
    * @param gpus
    *   number of GPUs to use; the first ones are taken. Ignored for cpu.
    * @throws vitscale.UsageException
    *   if there is no such device
    */
  def named(name: String, gpus: Int): Device = name match {
    case "cpu" => Cpu
    case "gpu" if gpus >= 1 => Gpu(0 until gpus)
    case "gpu" => throw new UsageException(s"The number of GPUs is $gpus; expected at least 1.")
    case other => throw new UsageException(s"Unknown device $other; expected ${names.mkString(" or ")}.")
  }
}
