package vitscale.job.output

/** The paths of all rows that exist, by table; tasks get a copy.
  *
  * @param tables
  *   name of each table, with the paths of its rows in parts
  */
final class Done(tables: Seq[(String, Seq[PathHashes])]) extends Serializable {

  /** The table that has the row of an image. */
  def tableOf(path: String): Option[String] =
    tables.collectFirst { case (name, parts) if parts.exists(_.contains(path)) => name }

  def contains(path: String): Boolean = tableOf(path).isDefined

  def isEmpty: Boolean = tables.forall(_._2.forall(_.size == 0))

  /** Counts of one image: 1 in the table that has its row, nothing if there is no row. */
  def counts(path: String): Counters.Counts = tableOf(path) match {
    case Some(Tables.Predictions) => Counters.Counts(1, 0)
    case Some(_) => Counters.Counts(0, 1)
    case None => Counters.nothing
  }
}
