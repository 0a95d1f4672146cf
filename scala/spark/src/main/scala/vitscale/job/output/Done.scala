package vitscale.job.output

/** The images that a run passes over: those with a row, by table, and those that the user did not choose. Tasks get a copy.
  *
  * @param tables
  *   name of each table, with the paths of its rows in parts
  * @param choice
  *   the part of the input that the user chose
  */
final private[job] class Done(tables: Seq[(String, Seq[PathHashes])], choice: Choice = Choice.All)
    extends Serializable {

  /** The table that has the row of an image. */
  def tableOf(path: String): Option[String] =
    tables.collectFirst { case (name, parts) if parts.exists(_.contains(path)) => name }

  def contains(path: String): Boolean = !choice.takes(path) || tableOf(path).isDefined

  def isEmpty: Boolean = choice == Choice.All && tables.forall(_._2.forall(_.size == 0))

  /** The same rows with a choice of the user. */
  def of(choice: Choice): Done = new Done(tables, choice)

  /** Counts of one image: 1 left out if the user did not choose it, else 1 in the table that has its row, nothing if there is
    * no row.
    */
  def counts(path: String): Counters.Counts =
    if (!choice.takes(path)) Counters.Counts(0, 0, leftOut = 1)
    else
      tableOf(path) match {
        case Some(Tables.Predictions) => Counters.Counts(1, 0)
        case Some(_) => Counters.Counts(0, 1)
        case None => Counters.nothing
      }
}
