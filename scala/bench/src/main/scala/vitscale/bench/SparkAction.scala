package vitscale.bench

/** The Spark action that runs the query: both actions of the published benchmark. */
sealed abstract class SparkAction(val name: String)

object SparkAction {

  /** `count()` on the output column. */
  case object Count extends SparkAction("count")

  /** Writes path and label as Parquet. */
  case object Write extends SparkAction("write")

  val all: Seq[SparkAction] = Seq(Count, Write)

  def named(name: String): Option[SparkAction] = all.find(_.name == name)
}
