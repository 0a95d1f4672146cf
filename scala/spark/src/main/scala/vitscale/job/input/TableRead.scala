package vitscale.job.input

import scala.util.control.NonFatal

import org.apache.iceberg.Table
import org.apache.iceberg.hadoop.HadoopTables
import org.apache.iceberg.spark.Spark3Util
import org.apache.spark.sql.{DataFrame, Row, SparkSession}

import vitscale.UsageException
import vitscale.job.output.TableFormat
import vitscale.job.records.TableVersion

/** A table of the input, at the version that it has now. Commits of others change no row of it.
  *
  * @param version
  *   none if the table has no versions: then Spark reads the files that it lists first
  */
final private[job] case class TableRead(frame: DataFrame, version: TableVersion)

private[job] object TableRead {

  /** Read a table by its name.
    *
    * @throws vitscale.UsageException
    *   if there is no such table
    */
  def named(spark: SparkSession, name: String): TableRead = explained(name) {
    provider(spark, name) match {
      case Some("delta") => at(spark, name, Some(deltaVersion(spark, name)))
      case Some("iceberg") => at(spark, name, icebergVersion(Spark3Util.loadIcebergTable(spark, name)))
      case _ => TableRead(spark.table(name), TableVersion(name, None))
    }
  }

  /** Read a table of a folder.
    *
    * @param source
    *   name of its data source: `delta` or `iceberg`
    * @throws vitscale.UsageException
    *   if it cannot be read
    */
  def folder(spark: SparkSession, folder: String, source: String): TableRead = {
    TableFormat.open.filter(_.name == source).foreach(_.requireLibrary(s"The $source table $folder"))
    explained(folder) {
      val (version, option) = source match {
        case "delta" => Some(deltaVersion(spark, s"delta.`${folder.replace("`", "``")}`")) -> "versionAsOf"
        case _ =>
          icebergVersion(
            new HadoopTables(spark.sparkContext.hadoopConfiguration).load(folder)
          ) -> "snapshot-id"
      }
      val options = version.map(found => option -> found.toString).toMap ++ small
      TableRead(spark.read.format(source).options(options).load(folder), TableVersion(folder, version))
    }
  }

  /** Options of Iceberg for rows as large as images: small tasks, and one row in memory at a time. */
  private val small = Map("split-size" -> PieceSource.TaskBytes.toString, "vectorization-enabled" -> "false")

  private def at(spark: SparkSession, name: String, version: Option[Long]): TableRead = {
    val rows = version.fold(spark.table(name))(at => spark.sql(s"SELECT * FROM $name VERSION AS OF $at"))
    TableRead(rows, TableVersion(name, version))
  }

  private def deltaVersion(spark: SparkSession, name: String): Long =
    spark.sql(s"DESCRIBE HISTORY $name LIMIT 1").select("version").head().getLong(0)

  private def icebergVersion(table: Table): Option[Long] = Option(table.currentSnapshot).map(_.snapshotId)

  private def provider(spark: SparkSession, name: String): Option[String] =
    if (name.startsWith("delta.`")) Some("delta")
    else
      spark.sql(s"DESCRIBE TABLE EXTENDED $name").collect().collectFirst {
        case Row("Provider", found: String, _) =>
          found.toLowerCase
      }

  private def explained(name: String)(read: => TableRead): TableRead =
    try read
    catch {
      case NonFatal(error) =>
        throw new UsageException(
          s"The table $name cannot be read: ${ParquetRows.reason(error)}. Check its name, its catalog's settings and your rights.",
          error
        )
    }
}
