package vitscale.command

import vitscale.device.Device

/** What a command-line option may be, in the form that scopt's `validate` takes: the left side tells the user. */
private[vitscale] object OptionChecks {

  def atLeast(name: String, least: Int)(value: Int): Either[String, Unit] =
    atLeastLong(name, least.toLong)(value.toLong)

  def atLeastLong(name: String, least: Long)(value: Long): Either[String, Unit] =
    if (value >= least) Right(()) else Left(s"--$name must be at least $least, but is $value")

  def oneOf(name: String, values: Seq[String])(value: String): Either[String, Unit] =
    if (values.contains(value)) Right(())
    else Left(s"unknown --$name $value; expected ${values.mkString(" or ")}")

  val OneGpuOfSparkNlp = "Spark NLP uses one GPU: leave --gpus out"

  /** Why `--device`, `--gpus` and `--threads` do not go together; none if they do.
    *
    * @param hasThreads
    *   whether `--threads` was given
    * @param refusals
    *   what else is refused on a GPU: whether it was asked for, and why not
    */
  def refusedByDevice(device: String, gpus: Int, hasThreads: Boolean)(
      refusals: (Boolean, String)*
  ): Option[String] = {
    val onGpu =
      (hasThreads -> "--threads are a forward pass's cores on the processor; on a GPU it takes none, and all cores decode") +: refusals
    val found =
      if (device == Device.Cpu.name) Seq((gpus != 1) -> "--gpus goes with --device gpu") else onGpu
    found.collectFirst { case (true, reason) => reason }
  }
}
