package vitscale.command

import vitscale.device.Device

/** Values of `--device`, `--gpus` and `--threads` that exclude each other. */
private[vitscale] object DeviceConflicts {

  val OneGpuOfSparkNlp = "Spark NLP uses one GPU; remove --gpus"

  /** Return the message for values that exclude each other; none if they fit.
    *
    * @param hasThreads
    *   whether `--threads` was given
    * @param refusals
    *   further checks for a GPU: whether the check fails, and its message
    */
  def refusedByDevice(device: String, gpus: Int, hasThreads: Boolean)(
      refusals: (Boolean, String)*
  ): Option[String] = {
    val onGpu =
      (hasThreads -> "--threads sets the CPU threads of a forward pass; with --device gpu remove it, all cores decode") +: refusals
    val found =
      if (device == Device.Cpu.name) Seq((gpus != 1) -> "--gpus needs --device gpu; add it or remove --gpus")
      else onGpu
    found.collectFirst { case (true, reason) => reason }
  }
}
