package vitscale

/** A value that options, parameters and messages know by a name. */
private[vitscale] trait NamedValue {

  /** Its name, which no other value of its kind has. */
  def name: String
}

/** All values of a kind that have names.
  *
  * @tparam A
  *   the kind
  */
private[vitscale] trait NamedValues[A <: NamedValue] {

  /** All values, in the order in which messages list them. */
  def all: Seq[A]

  /** Names of all values. */
  final def names: Seq[String] = all.map(_.name)

  /** The value with a name; none if there is no such name. */
  final def named(name: String): Option[A] = all.find(_.name == name)
}
