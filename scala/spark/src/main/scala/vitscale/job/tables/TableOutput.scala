package vitscale.job.tables

import scala.jdk.CollectionConverters._
import scala.util.control.NonFatal

import org.apache.spark.SparkContext
import org.apache.spark.sql.Encoders
import org.apache.spark.sql.types.StructType

import vitscale.hadoop.RemoteFiles
import vitscale.job.output.StorageErrors.{NothingRan, RowsAreKept}
import vitscale.job.output.{Counts, JobOutput, RunKey, Tables}
import vitscale.job.records.Outcome
import vitscale.job.task.JobDescription
import vitscale.{OutputException, UsageException, VitscaleException}

/** An output of two tables of an open format. The tables' commits decide which driver writes.
  *
  * A driver claims the predictions and then the quarantine, and only then reads which paths are done. A driver owns the output
  * if it owns the predictions. So of drivers that claim in turns, the last one to claim the predictions owns the output: it
  * claims the quarantine again if another driver took it in between. Each other driver finds that before its first
  * row, because it checks the predictions after it has claimed the quarantine.
  */
final private[job] class TableOutput private (
    context: SparkContext,
    home: OutputHome,
    tables: Map[String, OwnedTable],
    columns: TableColumns
) extends JobOutput {

  import TableOutput._

  private var isLost = false

  override def paths(table: String): Iterator[String] = explained(home.name) {
    val paths = tables(table).rows.select("path").as[String](Encoders.STRING)
    paths.toLocalIterator().asScala.filter(_ != null)
  }

  override def commit(table: String, outcomes: Seq[Outcome]): Unit =
    owned(table)(tables(table).append(outcomes.map(columns.row), columns.of(table)))

  override def countRows(): Counts =
    explained(home.name)(ifOwned(Counts.of(Tables.all.map(table => table -> tables(table).rows))))

  override def forgetQuarantine(): Unit = owned(Tables.Quarantine)(tables(Tables.Quarantine).clear())

  override def writeLedger(content: Array[Byte]): Unit =
    explained(home.name)(ifOwned(home.writeLedger(content)))

  override def close(): Unit = home.close()

  private def claim(): Unit = explained(home.name, NothingRan) {
    tables(Tables.Predictions).claim()
    claimQuarantine()
  }

  private def claimQuarantine(): Unit = {
    requirePredictions() // so that a driver that has lost does not disturb the owner
    try tables(Tables.Quarantine).claim()
    catch { case _: OwnerLostException => () } // the predictions decide
    requirePredictions()
  }

  private def requirePredictions(): Unit =
    if (!tables(Tables.Predictions).isOwned) throw new OwnerLostException

  /** Do something for the owner alone. A driver that has lost the output once never writes again, because it may have claimed
    * the quarantine last.
    */
  private def ifOwned[A](action: => A): A =
    if (isLost) throw new OwnerLostException
    else
      try action
      catch {
        case lost: OwnerLostException =>
          isLost = true
          throw lost
      }

  private def owned(table: String)(write: => Unit): Unit = explained(home.name) {
    ahead {
      ifOwned {
        try write
        catch {
          case _: OwnerLostException if table == Tables.Quarantine =>
            claimQuarantine()
            write
        }
      }
    }
  }

  /** Run a commit's Spark jobs in a pool of their own. Where Spark schedules fairly, they do not wait for the images. */
  private def ahead[A](commit: => A): A = {
    val before = context.getLocalProperty(Pool)
    context.setLocalProperty(Pool, "vitscale-commits")
    try JobDescription.within(context, JobDescription.Commit)(commit)
    finally context.setLocalProperty(Pool, before)
  }
}

private[job] object TableOutput {

  private val Pool = "spark.scheduler.pool"

  /** Open new tables, or tables that exist.
    *
    * @param tables
    *   by the names of [[Tables]]
    * @param partitionBy
    *   columns to partition new tables by
    * @param isSingleWriter
    *   whether the user promises that no other driver writes to them
    * @throws vitscale.OutputException
    *   if they cannot be written, or another driver takes them over
    * @throws vitscale.UsageException
    *   if their rows were made with another model or other settings, or their columns do not fit, or two drivers
    *   could both write
    */
  def open(
      context: SparkContext,
      home: OutputHome,
      tables: Map[String, OwnedTable],
      key: RunKey,
      partitionBy: Seq[String],
      isSingleWriter: Boolean = false
  ): TableOutput = {
    val columns = new TableColumns(key, partitionBy)
    val output = new TableOutput(context, home, tables, columns)
    try {
      explained(home.name, NothingRan) {
        home.key.foreach(stored =>
          requireSame(key, stored, tables, home.name)
        ) // before another run loses the tables
        Tables.all.foreach(table => prepare(tables(table), columns.of(table), columns.layout(table)))
        if (!isSingleWriter) tables.values.foreach(requireSafe)
      }
      output.claim()
      explained(home.name, NothingRan)(settle(home, key, tables))
      output
    } catch {
      case error: Throwable =>
        output.close()
        throw error
    }
  }

  private def prepare(table: OwnedTable, columns: StructType, layout: Seq[String]): Unit = {
    if (table.schema.isEmpty) table.create(columns, layout)
    table.schema.foreach(TableColumns.requireFit(table.name, _, columns))
  }

  private def requireSafe(table: OwnedTable): Unit = table.hazard.foreach { hazard =>
    throw new UsageException(
      s"Two runs could both write to ${table.name}: $hazard. Or add --single-writer if no other run writes there."
    )
  }

  private def settle(home: OutputHome, key: RunKey, tables: Map[String, OwnedTable]): Unit =
    home.key match {
      case Some(stored) if stored.fields == key.fields => ()
      case stored =>
        stored.foreach(requireSame(key, _, tables, home.name))
        home.storeKey(key)
    }

  /** Without rows, the stored key is of a run that wrote nothing. */
  private def requireSame(key: RunKey, stored: RunKey, tables: Map[String, OwnedTable], name: String): Unit =
    if (stored.fields != key.fields && tables.values.exists(hasRows)) key.requireSame(stored, name)

  def hasRows(table: OwnedTable): Boolean = table.schema.isDefined && !table.rows.isEmpty

  private def explained[A](name: String, state: String = RowsAreKept)(action: => A): A =
    try action
    catch {
      case error: VitscaleException => throw error
      case error: OwnerLostException =>
        throw new OutputException(
          s"Another run has taken over $name. This run wrote nothing after that. Wait until the other run ends, or choose " +
            "another output.",
          error
        )
      case NonFatal(error) =>
        throw new OutputException(
          s"$name cannot be written: ${RemoteFiles.reason(error)}. $state Remove the cause, then repeat the command.",
          error
        )
    }
}
