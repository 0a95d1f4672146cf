package vitscale.job.output

import java.io.IOException

import scala.collection.JavaConverters._
import scala.collection.mutable

import org.apache.spark.sql.{DataFrame, Encoders, SparkSession}
import org.apache.spark.sql.functions.{col, count, countDistinct, lit, when}

import vitscale.OutputException
import vitscale.hadoop.RemoteFiles
import vitscale.job.records.Outcome

/** The output of a job.
  *
  * {{{
  * OUT/predictions/part-000001-00001.parquet   owner's number and a running one
  * OUT/quarantine/part-000001-00001.parquet
  * OUT/ledger.json
  * OUT/_vitscale/run.json                      see RunKey
  * OUT/_vitscale/owners/                       see WriterLease
  * OUT/_vitscale/staging/000001/               parts that are being written
  * }}}
  */
final class OutputFolder private (
    spark: SparkSession,
    storage: Storage,
    format: TableFormat,
    key: RunKey,
    owner: WriterLease
) extends AutoCloseable {

  import OutputFolder._

  private val staging = f"$Staging/${owner.number}%06d"
  private val parts = mutable.Map.empty[String, Int].withDefaultValue(0)

  /** Paths of a table, one for each of its rows. */
  def paths(table: String): Iterator[String] =
    frame(table).fold(Iterator.empty: Iterator[String])(
      _.as[String](Encoders.STRING).toLocalIterator().asScala
    )

  /** Makes rows of one table visible, all in one step. Returns when they would survive a power cut.
    *
    * @throws vitscale.OutputException
    *   if they cannot be written
    */
  def commit(table: String, outcomes: Seq[Outcome]): Unit = explained(storage) {
    parts(table) += 1
    val name = f"part-${owner.number}%06d-${parts(table)}%05d${format.suffix}"
    val staged = s"$staging/$table-$name"
    val rows = outcomes.map(Tables.row(_, key))
    storage.create(staged, format.encode(rows, Tables.schemas(table)))
    storage.rename(staged, s"$table/$name")
  }

  /** Counts the rows that are there, and the paths among them: whether they are equal tells if something is there twice. */
  def countRows(): Counts = {
    val rows =
      Tables.all.flatMap(table => frame(table).map(_.withColumn("table", lit(table)))).reduceOption(_ union _)
    rows.fold(Counts(0, 0, 0)) { all =>
      def ofTable(name: String) = count(when(col("table") === name, 1))
      val sums =
        all.agg(ofTable(Tables.Predictions), ofTable(Tables.Quarantine), countDistinct(col("path"))).head()
      Counts(sums.getLong(0), sums.getLong(1), sums.getLong(2))
    }
  }

  /** Lets failed images be tried again: without their rows, they are not done. */
  def forgetQuarantine(): Unit = explained(storage) {
    files(Tables.Quarantine).foreach(name => storage.delete(s"${Tables.Quarantine}/$name"))
  }

  /** Writes the ledger in place of the last one. */
  def writeLedger(content: Array[Byte]): Unit = explained(storage) {
    storage.create(s"$staging/$LedgerFile", content)
    storage.replace(s"$staging/$LedgerFile", LedgerFile)
  }

  /** Gives the output back; one without any row is taken away again. */
  override def close(): Unit = {
    owner.close()
    try {
      storage.delete(staging)
      if (Tables.all.forall(files(_).isEmpty) && !storage.list("").contains(LedgerFile)) storage.delete("")
    } catch { case _: IOException => () }
  }

  private def files(table: String): Seq[String] = storage.list(table).filter(name => name.startsWith("part-"))

  /** The paths in a table, read by tasks; none if it has no part. */
  private def frame(table: String): Option[DataFrame] = {
    val names = files(table).map(name => s"$table/$name")
    val (place, tableFormat) = (storage, format)
    val paths = spark.sparkContext
      .parallelize(names, math.max(1, names.size / PartsPerTask))
      .flatMap(name => pathsOf(place, tableFormat, name))
    if (names.isEmpty) None else Some(spark.createDataset(paths)(Encoders.STRING).toDF("path"))
  }
}

/** @param paths
  *   different paths in both tables together
  */
final case class Counts(predicted: Long, quarantined: Long, paths: Long)

object OutputFolder {

  private val Staging = "_vitscale/staging"
  private val KeyFile = "_vitscale/run.json"
  private val LedgerFile = "ledger.json"

  /** The driver takes the paths of one task at a time. */
  private val PartsPerTask = 4

  /** Takes an output over, new or from an earlier run.
    *
    * @throws vitscale.OutputException
    *   if it cannot be written, or another driver writes to it
    * @throws vitscale.UsageException
    *   if its rows were made with another model or in another way
    */
  def open(
      spark: SparkSession,
      storage: Storage,
      format: TableFormat,
      key: RunKey,
      say: String => Unit
  ): OutputFolder =
    explained(storage) {
      refuseForeign(storage)
      val owner = WriterLease.take(storage, say)
      val output = new OutputFolder(spark, storage, format, key, owner)
      try {
        storage.delete(Staging)
        storage.makeFolder(output.staging)
        Tables.all.foreach(storage.makeFolder)
        settle(storage, key)
        output
      } catch {
        case error: Throwable =>
          output.close()
          throw error
      }
    }

  /** What decided the answers of the rows that are there; none if there are no rows. */
  def earlierKey(storage: Storage): Option[RunKey] =
    explained(storage)(if (hasRows(storage)) Some(RunKey.parse(storage.read(KeyFile))) else None)

  /** A folder with other things in it is not written to. */
  private def refuseForeign(storage: Storage): Unit = {
    val there = storage.list("")
    if (there.nonEmpty && !there.contains("_vitscale"))
      throw new OutputException(
        s"${storage.location} holds other files (${there.head}). Name a new folder, or the output of an earlier run."
      )
  }

  /** The key binds as soon as there is a row; before that, it is a run's own that never came to one. */
  private def settle(storage: Storage, key: RunKey): Unit =
    earlierKey(storage).fold(storage.overwrite(KeyFile, key.toJson))(key.requireSame(_, storage.location))

  private def hasRows(storage: Storage): Boolean =
    Tables.all.exists(table => storage.list(table).exists(_.startsWith("part-")))

  private def pathsOf(storage: Storage, format: TableFormat, part: String): Seq[String] =
    try format.paths(storage.read(part))
    catch {
      case error: IOException =>
        throw new OutputException(
          s"$part in ${storage.location} cannot be read: ${reason(error)}. Restore it or delete it, and run the command " +
            "again; the images of a deleted part are classified again.",
          error
        )
    }

  private def explained[A](storage: Storage)(action: => A): A =
    try action
    catch {
      case error: IOException =>
        throw new OutputException(
          s"${storage.location} cannot be written: ${reason(error)}. Rows that are there stay; make room or name another " +
            "--output, and run the command again.",
          error
        )
    }

  private def reason(error: IOException): String = error match {
    case there: java.nio.file.FileAlreadyExistsException => s"${there.getMessage} stands in the way"
    case gone: java.nio.file.NoSuchFileException =>
      s"${gone.getMessage} is not there; its folder cannot be made, or another run took the output over"
    case other => RemoteFiles.reason(other)
  }
}
