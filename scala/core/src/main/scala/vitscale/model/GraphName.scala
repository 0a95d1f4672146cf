package vitscale.model

/** Names of graphs in a model folder, such as `int8-uint8-tome8`, as `vitscale export` gives them. */
private[model] object GraphName {

  private val Known = "(fp32|fp16|int8-static|int8)(-uint8)?(?:-tome([1-9][0-9]*))?".r

  /** What only oneDNN computes, which needs no graph. */
  private val OnOneDnn = "bf16"

  /** The options of `vitscale export` that make a graph; none if none do. */
  def exportOptions(name: String): Option[String] = name match {
    case Known(precision, input, pairs) =>
      val uint8 = Option(input).map(_ => " --input uint8").mkString
      Some(s"--precision $precision$uint8${Option(pairs).map(" --token-merging " + _).mkString}")
    case _ => None
  }

  /** The next step where no export makes a graph of this name. */
  def unknown(name: String): String = {
    val elsewhere =
      if (PassPrecision.of(name).numbers == OnOneDnn)
        " oneDNN runs it without one: choose the runtime onednn."
      else ""
    s"`vitscale export` makes no graph $name, but fp32, fp16, int8 and int8-static.$elsewhere"
  }
}
