package vitscale.job.tables

import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{DataFrame, Row}

/** A table of an open format that one driver at a time writes to. The table's own commits decide which driver that is: a
  * driver claims the table by a commit, and a commit of an earlier owner then has no effect.
  */
private[job] trait OwnedTable {

  /** The table's name or path, for messages. */
  def name: String

  /** The columns; none if there is no such table. */
  def schema: Option[StructType]

  /** Create the table, unless another driver did so meanwhile. */
  def create(columns: StructType, partitionBy: Seq[String]): Unit

  /** The rows of the last commit. */
  def rows: DataFrame

  /** A text that the table keeps under a name; none if there is no such text. */
  def property(key: String): Option[String]

  def setProperty(key: String, value: String): Unit

  /** Why two drivers could both commit, because its storage does not decide between them; none if it does. */
  def hazard: Option[String]

  /** Take the table over. Rows that an earlier owner has committed are visible afterwards, and it commits no more.
    *
    * @throws OwnerLostException
    *   if another driver claims it at the same time
    */
  def claim(): Unit

  /** Whether no other driver has claimed the table since. */
  def isOwned: Boolean

  /** Append rows in one commit.
    *
    * @param rows
    *   with the columns of `columns`; times are milliseconds since 1970
    * @throws OwnerLostException
    *   if another driver has claimed the table; no row was written then
    */
  def append(rows: Seq[Row], columns: StructType): Unit

  /** Delete all rows in one commit, under the same condition. */
  def clear(): Unit
}

/** Another driver has claimed a table. */
final private[job] class OwnerLostException extends RuntimeException
