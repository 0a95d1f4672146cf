package vitscale.onednn.checkpoint

/** Some rows of a tensor that follow each other. The rows of a linear layer's weight are its outputs. */
final private[onednn] case class RowRange(first: Int, count: Int)
