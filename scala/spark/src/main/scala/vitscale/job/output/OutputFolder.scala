package vitscale.job.output

import java.io.IOException

import scala.jdk.CollectionConverters._
import scala.collection.mutable

import org.apache.spark.sql.{DataFrame, Encoders, SparkSession}

import vitscale.job.records.Outcome
import vitscale.{OutputException, UsageException}

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
    format: FileFormat,
    key: RunKey,
    owner: WriterLease
) extends JobOutput {

  import FolderLayout.{LedgerFile, Own}
  import OutputFolder._
  import StorageErrors.whileRunning

  private val staging = f"$Staging/${owner.number}%06d"
  private val parts = mutable.Map.empty[String, Int].withDefaultValue(0)

  override def paths(table: String): Iterator[String] =
    frame(table).fold(Iterator.empty: Iterator[String])(
      _.as[String](Encoders.STRING).toLocalIterator().asScala
    )

  override def commit(table: String, outcomes: Seq[Outcome]): Unit = whileRunning(storage) {
    parts(table) += 1
    val name = f"part-${owner.number}%06d-${parts(table)}%05d${format.suffix}"
    val staged = s"$staging/$table-$name"
    val rows = outcomes.map(Tables.row(_, key))
    storage.create(staged, format.encode(rows, Tables.schema(table, key)))
    storage.rename(staged, s"$table/$name")
  }

  override def countRows(): Counts =
    Counts.of(Tables.all.flatMap(table => frame(table).map(table -> _)))

  override def forgetQuarantine(): Unit = whileRunning(storage) {
    files(Tables.Quarantine).foreach(name => storage.delete(s"${Tables.Quarantine}/$name"))
  }

  override def writeLedger(content: Array[Byte]): Unit = whileRunning(storage) {
    storage.create(s"$staging/$LedgerFile", content)
    storage.replace(s"$staging/$LedgerFile", LedgerFile)
  }

  /** Release the output. Delete it if it has no row, but not what others put there. */
  override def close(): Unit = {
    owner.close()
    try {
      storage.delete(staging)
      if (Tables.all.forall(storage.list(_).isEmpty) && !storage.list("").contains(LedgerFile)) {
        (Own +: Tables.all).foreach(storage.delete)
        if (storage.list("").isEmpty) storage.delete("")
      }
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

object OutputFolder {

  import FolderLayout._
  import StorageErrors.{reason, whileOpening}

  private val Staging = s"$Own/staging"

  /** Parts that one task reads. The driver fetches the paths of one task at a time. */
  private val PartsPerTask = 4

  /** Open a new output, or the output of an earlier run.
    *
    * @throws vitscale.OutputException
    *   if it cannot be written, or another driver writes to it
    * @param isSingleWriter
    *   whether the user promises that no other driver writes to it
    * @throws vitscale.UsageException
    *   if its rows were made with another model or other settings, or two drivers could both begin
    */
  def open(
      spark: SparkSession,
      storage: Storage,
      format: FileFormat,
      key: RunKey,
      say: String => Unit,
      isSingleWriter: Boolean = false
  ): OutputFolder =
    whileOpening(storage) {
      if (!isSingleWriter && !storage.isExclusive) throw unsafe(storage)
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

  private def unsafe(storage: Storage) = new UsageException(
    s"Two runs could both begin to write to ${storage.location}, because this storage does not create files exclusively. " +
      "Choose a local disk or HDFS, or --format delta with a log store for it; or add --single-writer if no other run writes there."
  )

  /** The key of the rows in an output; none if it has no rows. */
  def earlierKey(storage: Storage): Option[RunKey] =
    whileOpening(storage)(if (hasRows(storage)) Some(RunKey.parse(storage.read(KeyFile))) else None)

  /** Check the key of the existing rows. Without rows, the stored key is of a run that wrote nothing: replace it. */
  private def settle(storage: Storage, key: RunKey): Unit =
    earlierKey(storage).fold(storage.overwrite(KeyFile, key.toJson))(key.requireSame(_, storage.location))

  private def hasRows(storage: Storage): Boolean =
    Tables.all.exists(table => storage.list(table).exists(_.startsWith("part-")))

  private def pathsOf(storage: Storage, format: FileFormat, part: String): Seq[String] =
    try format.paths(storage.read(part))
    catch {
      case error: IOException =>
        throw new OutputException(
          s"$part in ${storage.location} cannot be read: ${reason(error)}. Restore it or delete it, then repeat the " +
            "command; the images of a deleted part are classified again.",
          error
        )
    }
}
