package vitscale.command

import vitscale.device.Device

/** Checks of command-line options, in the form that scopt's `validate` takes. The left side is the message. */
private[vitscale] object OptionChecks {

  def atLeast(name: String, least: Int)(value: Int): Either[String, Unit] =
    atLeastLong(name, least.toLong)(value.toLong)

  def atLeastLong(name: String, least: Long)(value: Long): Either[String, Unit] =
    if (value >= least) Right(()) else Left(s"--$name must be at least $least, but is $value")

  def oneOf(name: String, values: Seq[String])(value: String): Either[String, Unit] =
    if (values.contains(value)) Right(())
    else Left(s"unknown --$name $value; expected ${values.mkString(" or ")}")

  val OneGpuOfSparkNlp = "Spark NLP uses one GPU; remove --gpus"

  /** Return the message for values of `--device`, `--gpus` and `--threads` that exclude each other; none if they fit.
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
