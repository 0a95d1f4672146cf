package vitscale.job.tables

import java.util.ConcurrentModificationException

import scala.annotation.tailrec
import scala.util.{Failure, Try}

import com.fasterxml.jackson.databind.ObjectMapper
import org.apache.spark.sql.functions.lit
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{DataFrame, DataFrameWriterV2, Row, SparkSession}

import vitscale.OutputException

/** A Delta table, written through Spark's public API alone.
  *
  * Each commit carries an application id and a version (Delta's `txnAppId` and `txnVersion`). Delta's log keeps the highest
  * version of each application, and
  *   - skips a commit silently whose version is not higher
  *     (`org.apache.spark.sql.delta.commands.DeltaCommand.hasBeenExecuted`);
  *   - refuses a commit if another one of the same application came in between since it read that version
  *     (`ConflictChecker`, a `ConcurrentTransactionException`).
  *
  * All drivers share one application id. The owner counts its versions up by one. A claim takes a version that is higher than
  * all before, so the earlier owner's next version is not higher than the claim, and Delta skips it. Since Delta tells neither
  * of a skip, each commit also carries the driver's name (`userMetadata`), and the driver looks in the table's history
  * whether the newest commit of this application is its own. So it never counts further on top of a skipped commit.
  *
  * A claim's version is the time in milliseconds. No commit takes less than a millisecond, so it is normally higher than
  * all counts. Where clocks differ, the claim is skipped and takes larger steps until it is not. Clocks therefore
  * decide nothing but the number of attempts.
  *
  * @param driver
  *   a name that no other driver has
  */
final private[job] class DeltaTable(spark: SparkSession, table: SqlTable, driver: String) extends OwnedTable {

  import DeltaTable._

  private var version = 0L

  override def name: String = table.identifier

  /** Spark takes any folder with files for a table without columns, so Delta is asked. */
  override def schema: Option[StructType] =
    if (Try(history(" LIMIT 1")).isSuccess) table.schema else None

  override def rows: DataFrame = table.frame

  override def property(key: String): Option[String] = table.property(key)

  override def setProperty(key: String, value: String): Unit = table.setProperty(key, value)

  override def create(columns: StructType, partitionBy: Seq[String]): Unit = {
    // Another driver may create it at the same time. Then Delta reports a conflict or a folder that is not empty.
    @tailrec def attempt(left: Int): Unit = {
      val result = Try(table.create("delta", columns, partitionBy))
      if (schema.isEmpty) {
        if (left > 1 && (isConflict(result) || isFilled(result))) attempt(left - 1)
        else {
          result.get
          throw new OutputException(
            s"$name cannot be made: its folder is not empty and holds no Delta table. Choose another output."
          )
        }
      }
    }
    attempt(Attempts)
  }

  /** Of several drivers that claim at once, all but the last one see a driver that they did not see before, and give up. */
  override def claim(): Unit = {
    val before = newest.map(_.driver)
    @tailrec def attempt(step: Long, left: Int): Unit = {
      version = math.max(version + 1, System.currentTimeMillis() + step)
      val result = Try(write(nothing)(_.append()))
      newest match {
        case Some(Stamp(`driver`, last)) if last == version => ()
        case other if other.map(_.driver) != before => throw new OwnerLostException
        case _ if left > 1 && (result.isSuccess || isConflict(result)) =>
          attempt(math.max(FirstStep, step * 2), left - 1)
        case _ =>
          result.get
          throw new OutputException(s"$name cannot be claimed: each of $Claims commits was skipped.")
      }
    }
    attempt(step = 0, left = Claims)
  }

  override def hazard: Option[String] = table.location.flatMap(DeltaStorage.hazard(spark, _))

  override def isOwned: Boolean = newest.exists(_.driver == driver)

  override def append(rows: Seq[Row], columns: StructType): Unit =
    commit(write(table.toFrame(rows, columns))(_.append()))

  override def clear(): Unit = commit(write(nothing)(_.overwrite(lit(true))))

  private def nothing: DataFrame = table.frame.limit(0)

  private def commit(write: => Unit): Unit = {
    version += 1
    @tailrec def attempt(left: Int): Unit = {
      val result = Try(write)
      newest match {
        // Also after an error: the commit may have succeeded, and its answer may be lost.
        case Some(Stamp(`driver`, last)) if last == version => ()
        case Some(Stamp(`driver`, _)) if isConflict(result) && left > 1 => attempt(left - 1)
        case Some(Stamp(`driver`, _)) =>
          result.get
          throw new OutputException(s"$name did not take a commit, and Delta does not say why.")
        case _ => throw new OwnerLostException
      }
    }
    attempt(Attempts)
  }

  private def write(rows: DataFrame)(action: DataFrameWriterV2[Row] => Unit): Unit = {
    val stamp = json.writeValueAsString(json.createObjectNode.put(Driver, driver).put(Version, version))
    val options = Map("txnAppId" -> Application, "txnVersion" -> version.toString, "userMetadata" -> stamp)
    action(rows.writeTo(table.identifier).options(options))
  }

  /** The last commit of any driver of this application. Other programs may have committed since. */
  private def newest: Option[Stamp] = stamps(s" LIMIT $Recent").headOption.orElse(stamps("").headOption)

  private def history(limit: String): DataFrame = spark.sql(s"DESCRIBE HISTORY ${table.identifier}$limit")

  private def stamps(limit: String): Seq[Stamp] =
    history(limit)
      .select("userMetadata")
      .collect()
      .toSeq
      .flatMap(row => Option(row.getString(0)))
      .flatMap(text => Try(json.readTree(text)).toOption)
      .filter(_.hasNonNull(Driver))
      .map(found => Stamp(found.get(Driver).asText, found.get(Version).asLong))
}

private[job] object DeltaTable {

  private val Application = "vitscale"
  private val Driver = "vitscale_driver"
  private val Version = "vitscale_version"
  private val Attempts = 5

  /** Milliseconds that a claim adds to the time after it was skipped, twice as many each time: at last 34 years. */
  private val FirstStep = 1000L
  private val Claims = 32

  /** Commits to look at first. */
  private val Recent = 8
  private val json = new ObjectMapper()

  /** @param version
    *   the commit's version for its application
    */
  private final case class Stamp(driver: String, version: Long)

  /** Delta lists the folder after it has looked for a table there, so a table that is made in between is only files. */
  private def isFilled(result: Try[Unit]): Boolean =
    result.failed.toOption.exists(error =>
      String.valueOf(error.getMessage).contains("DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION")
    )

  /** All of Delta's conflicts extend Java's exception (`io.delta.exceptions`). */
  private def isConflict(result: Try[Unit]): Boolean = result match {
    case Failure(_: ConcurrentModificationException) => true
    case _ => false
  }
}
