package vitscale.bench

import vitscale.{NamedValue, NamedValues}

/** The Spark action that runs the query: both actions of the published benchmark. */
sealed abstract class SparkAction(override val name: String) extends NamedValue

object SparkAction extends NamedValues[SparkAction] {

  /** `count()` on the output column. */
  case object Count extends SparkAction("count")

  /** Writes path and label as Parquet. */
  case object Write extends SparkAction("write")

  override val all: Seq[SparkAction] = Seq(Count, Write)
}
