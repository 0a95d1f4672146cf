package vitscale

/** All that Python calls over py4j; everything else of the jar stays behind it. */
object PythonApi {

  /** Python compares it with its own before any other call. */
  def version: String = Version.current
}
