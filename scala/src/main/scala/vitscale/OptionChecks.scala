package vitscale

/** What a command-line option may be, in the form that scopt's `validate` takes: the left side tells the user. */
private[vitscale] object OptionChecks {

  def atLeast(name: String, least: Int)(value: Int): Either[String, Unit] =
    atLeastLong(name, least.toLong)(value.toLong)

  def atLeastLong(name: String, least: Long)(value: Long): Either[String, Unit] =
    if (value >= least) Right(()) else Left(s"--$name must be at least $least, but is $value")

  def oneOf(name: String, values: Seq[String])(value: String): Either[String, Unit] =
    if (values.contains(value)) Right(())
    else Left(s"unknown --$name $value; expected ${values.mkString(" or ")}")
}
