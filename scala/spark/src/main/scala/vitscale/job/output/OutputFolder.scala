package vitscale.job.output

import java.io.IOException

import scala.jdk.CollectionConverters._
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

  /** Write rows of one table and make them visible in one atomic step. Returns after the data are on the disk.
    *
    * @throws vitscale.OutputException
    *   if they cannot be written
    */
  def commit(table: String, outcomes: Seq[Outcome]): Unit = explained(storage) {
    parts(table) += 1
    val name = f"part-${owner.number}%06d-${parts(table)}%05d${format.suffix}"
    val staged = s"$staging/$table-$name"
    val rows = outcomes.map(Tables.row(_, key))
    storage.create(staged, format.encode(rows, Tables.schema(table, key)))
    storage.rename(staged, s"$table/$name")
  }

  /** Count the rows of the output and their distinct paths. The two numbers differ if an image has two rows. */
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

  /** Delete the rows of failed images, so that the run retries these images. */
  def forgetQuarantine(): Unit = explained(storage) {
    files(Tables.Quarantine).foreach(name => storage.delete(s"${Tables.Quarantine}/$name"))
  }

  /** Replace the ledger. */
  def writeLedger(content: Array[Byte]): Unit = explained(storage) {
    storage.create(s"$staging/$LedgerFile", content)
    storage.replace(s"$staging/$LedgerFile", LedgerFile)
  }

  /** Release the output. Delete it if it has no row. */
  override def close(): Unit = {
    owner.close()
    try {
      storage.delete(staging)
      if (Tables.all.forall(files(_).isEmpty) && !storage.list("").contains(LedgerFile)) storage.delete("")
    } catch { case _: IOException => () }
  }

  private def files(table: String): Seq[String] = storage.list(table).filter(name => name.startsWith("part-"))

  /** The paths in a table, read by tasks; none if the table has no part. */
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

  /** Parts that one task reads. The driver fetches the paths of one task at a time. */
  private val PartsPerTask = 4

  /** Open a new output, or the output of an earlier run.
    *
    * @throws vitscale.OutputException
    *   if it cannot be written, or another driver writes to it
    * @throws vitscale.UsageException
    *   if its rows were made with another model or other settings
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

  /** The key of the rows in an output; none if it has no rows. */
  def earlierKey(storage: Storage): Option[RunKey] =
    explained(storage)(if (hasRows(storage)) Some(RunKey.parse(storage.read(KeyFile))) else None)

  /** Refuse a folder that holds other files. */
  private def refuseForeign(storage: Storage): Unit = {
    val there = storage.list("")
    if (there.nonEmpty && !there.contains("_vitscale"))
      throw new OutputException(
        s"${storage.location} holds other files (${there.head}). Choose a new folder, or the output of an earlier run."
      )
  }

  /** Check the key of the existing rows. Without rows, the stored key is of a run that wrote nothing: replace it. */
  private def settle(storage: Storage, key: RunKey): Unit =
    earlierKey(storage).fold(storage.overwrite(KeyFile, key.toJson))(key.requireSame(_, storage.location))

  private def hasRows(storage: Storage): Boolean =
    Tables.all.exists(table => storage.list(table).exists(_.startsWith("part-")))

  private def pathsOf(storage: Storage, format: TableFormat, part: String): Seq[String] =
    try format.paths(storage.read(part))
    catch {
      case error: IOException =>
        throw new OutputException(
          s"$part in ${storage.location} cannot be read: ${reason(error)}. Restore it or delete it, then repeat the " +
            "command; the images of a deleted part are classified again.",
          error
        )
    }

  private def explained[A](storage: Storage)(action: => A): A =
    try action
    catch {
      case error: IOException =>
        throw new OutputException(
          s"${storage.location} cannot be written: ${reason(error)}. Committed rows are kept. Free space or choose " +
            "another --output, then repeat the command.",
          error
        )
    }

  private def reason(error: IOException): String = error match {
    case there: java.nio.file.FileAlreadyExistsException => s"${there.getMessage} already exists"
    case gone: java.nio.file.NoSuchFileException =>
      s"${gone.getMessage} does not exist; its folder cannot be created, or another run took over the output"
    case other => RemoteFiles.reason(other)
  }
}
