package vitscale.job.output

import org.apache.spark.sql.DataFrame
import org.apache.spark.sql.functions.{col, count, countDistinct, lit, when}

import vitscale.job.records.Outcome

/** The two tables of a job and its ledger. Closing it releases them for the next run. */
trait JobOutput extends AutoCloseable {

  /** Paths of a table, one for each of its rows. */
  def paths(table: String): Iterator[String]

  /** Write rows of one table and make them visible in one atomic step. Returns after the data are stored.
    *
    * @throws vitscale.OutputException
    *   if they cannot be written, or another driver took over the output
    */
  def commit(table: String, outcomes: Seq[Outcome]): Unit

  /** Count the rows of the output and their distinct paths. The two numbers differ if an image has two rows. */
  def countRows(): Counts

  /** Delete the rows of failed images, so that the run retries these images. */
  def forgetQuarantine(): Unit

  /** Replace the ledger. */
  def writeLedger(content: Array[Byte]): Unit
}

/** @param paths
  *   different paths in both tables together
  */
final case class Counts(predicted: Long, quarantined: Long, paths: Long)

private[job] object Counts {

  /** Count the rows of tables.
    *
    * @param tables
    *   name of each table, with a column `path`
    */
  def of(tables: Seq[(String, DataFrame)]): Counts =
    tables
      .map { case (name, rows) => rows.select("path").withColumn("table", lit(name)) }
      .reduceOption(_ union _)
      .fold(Counts(0, 0, 0)) { all =>
        def ofTable(name: String) = count(when(col("table") === name, 1))
        val sums =
          all.agg(ofTable(Tables.Predictions), ofTable(Tables.Quarantine), countDistinct(col("path"))).head()
        Counts(sums.getLong(0), sums.getLong(1), sums.getLong(2))
      }
}
