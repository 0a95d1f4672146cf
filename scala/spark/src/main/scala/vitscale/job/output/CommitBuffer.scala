package vitscale.job.output

import scala.collection.mutable.ArrayBuffer

import vitscale.job.records.Outcome

/** The rows of a job: those in its output, and a buffer of rows for the next part. An image is done when its row is
  * committed. An image whose row is in the buffer is not done, but it is not classified again.
  *
  * @param commitSeconds
  *   seconds between two commits, see [[CommitClock]]
  * @param labels
  *   largest number of labels and features in a row
  * @param seconds
  *   returns the seconds since the run started
  */
final private[job] class CommitBuffer(
    output: JobOutput,
    commitSeconds: Option[Double],
    labels: Int,
    seconds: () => Double
) {

  private val clock = new CommitClock(commitSeconds, labels)
  private val written = Tables.all.map(table => table -> read(table)).toMap
  private val waiting = Tables.all.map(table => table -> new CommitBuffer.Waiting).toMap

  /** The table that has an image's row, or will have it. */
  def tableOf(path: String): Option[String] =
    Tables.all.find(table => written(table).contains(path) || waiting(table).paths.contains(path))

  /** The paths of all rows, as tasks get them. */
  def done: Done = new Done(Tables.all.map(table => table -> Seq(written(table), waiting(table).paths)))

  /** The row counts that the output must have: each path once. */
  def inOutput: Counts = {
    val (predicted, quarantined) =
      (written(Tables.Predictions).size.toLong, written(Tables.Quarantine).size.toLong)
    Counts(predicted, quarantined, predicted + quarantined)
  }

  def areWritten: Boolean = waiting.values.forall(_.rows.isEmpty)

  def add(outcomes: Seq[Outcome]): Unit = outcomes.foreach(one => waiting(Tables.of(one)).add(one))

  /** @throws vitscale.OutputException
    *   if they cannot be written
    */
  def commitIfDue(): Unit = if (clock.isDue(waiting.values.map(_.rows.size).sum, seconds())) commit()

  /** Commit the buffered rows, one table after the other. Committed rows leave the buffer, so they are not written again if
    * the second table fails.
    *
    * @throws vitscale.OutputException
    *   if they cannot be written
    */
  def commit(): Unit = {
    for ((table, held) <- waiting if held.rows.nonEmpty) {
      output.commit(table, held.rows.toSeq)
      held.takeAll().foreach(one => written(table).add(one.path))
    }
    clock.committed(seconds())
  }

  /** Discard the buffered rows. Their images are not done. */
  def giveUp(): Seq[Outcome] = waiting.values.flatMap(_.takeAll()).toSeq

  private def read(table: String): PathHashes = {
    val found = new PathHashes
    output.paths(table).foreach(found.add)
    found
  }
}

private object CommitBuffer {

  /** Rows of one table, and their paths. */
  private final class Waiting {
    val rows: ArrayBuffer[Outcome] = ArrayBuffer.empty
    var paths = new PathHashes

    def add(outcome: Outcome): Unit = {
      rows += outcome
      paths.add(outcome.path)
    }

    def takeAll(): Seq[Outcome] = {
      val taken = rows.toIndexedSeq
      rows.clear()
      paths = new PathHashes
      taken
    }
  }
}
