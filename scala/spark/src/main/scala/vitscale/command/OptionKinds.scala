package vitscale.command

import scopt.{OParser, OParserBuilder}

import vitscale.{NamedValue, NamedValues}

/** The kinds of options that the command lines of the JVM have. Each value is checked while it is parsed.
  *
  * @tparam C
  *   what a command line is parsed into
  */
final private[vitscale] class OptionKinds[C](builder: OParserBuilder[C]) {

  import builder._

  /** One of some names. */
  def choice(name: String, values: Seq[String], text: String)(set: (String, C) => C): OParser[String, C] =
    opt[String](name)
      .valueName("NAME")
      .validate(value =>
        if (values.contains(value)) success
        else failure(s"unknown --$name $value; expected ${values.mkString(" or ")}")
      )
      .action(set)
      .text(text)

  /** One of the values of a kind. */
  def named[A <: NamedValue](name: String, kind: NamedValues[A], text: String)(
      set: (A, C) => C
  ): OParser[String, C] =
    choice(name, kind.names, text)((value, options) => kind.named(value).fold(options)(set(_, options)))

  /** A whole number of at least `least`. */
  def whole(name: String, text: String, least: Int = 1)(set: (Int, C) => C): OParser[Int, C] =
    opt[Int](name)
      .valueName("N")
      .validate(value => require(name, value, value >= least, least))
      .action(set)
      .text(text)

  /** A whole number of at least 1, for what may exceed 2,147,483,647. */
  def large(name: String, text: String)(set: (Long, C) => C): OParser[Long, C] =
    opt[Long](name)
      .valueName("N")
      .validate(value => require(name, value, value >= 1, 1))
      .action(set)
      .text(text)

  /** A duration in seconds, of at least 0. */
  def seconds(name: String, text: String)(set: (Double, C) => C): OParser[Double, C] =
    opt[Double](name)
      .valueName("S")
      .validate(value => require(name, value, value >= 0, 0))
      .action(set)
      .text(text)

  /** An option without a value. */
  def flag(name: String, text: String)(set: C => C): OParser[Unit, C] =
    opt[Unit](name).action((_, options) => set(options)).text(text)

  private def require[A](name: String, value: A, isEnough: Boolean, least: Int): Either[String, Unit] =
    if (isEnough) success else failure(s"--$name must be at least $least, but is $value")
}

private[vitscale] object OptionKinds {

  /** The help of `--precision`. */
  val Precision: String =
    "fp32; bf16 or int8 on oneDNN, with -tome8 to merge 8 pairs of tokens; or a graph made by " +
      "`vitscale export --precision` (default: fp32)."
}
