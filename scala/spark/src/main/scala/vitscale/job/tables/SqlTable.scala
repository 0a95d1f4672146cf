package vitscale.job.tables

import java.sql.Timestamp

import scala.util.Try

import org.apache.spark.sql.types.{StructType, TimestampType}
import org.apache.spark.sql.{AnalysisException, DataFrame, Row, SparkSession}

/** A table that Spark SQL names.
  *
  * @param identifier
  *   its name in SQL, with its catalog; a Delta table of a folder is {{{delta.`/folder`}}}
  */
final private[job] class SqlTable(spark: SparkSession, val identifier: String) {

  def frame: DataFrame = spark.table(identifier)

  def schema: Option[StructType] =
    try Some(frame.schema)
    catch { case _: AnalysisException => None }

  def create(source: String, columns: StructType, partitionBy: Seq[String]): Unit = {
    val types = columns.map(field => s"${SqlTable.quoted(field.name)} ${field.dataType.sql}").mkString(", ")
    val layout =
      if (partitionBy.isEmpty) ""
      else partitionBy.map(SqlTable.quoted).mkString(" PARTITIONED BY (", ", ", ")")
    spark.sql(s"CREATE TABLE IF NOT EXISTS $identifier ($types) USING $source$layout")
    ()
  }

  def property(key: String): Option[String] =
    spark.sql(s"SHOW TBLPROPERTIES $identifier").collect().collectFirst { case Row(`key`, value: String) =>
      value
    }

  def setProperty(key: String, value: String): Unit = {
    spark.sql(s"ALTER TABLE $identifier SET TBLPROPERTIES ('$key' = '$value')")
    ()
  }

  /** Where its files are. */
  def location: Option[String] =
    Try(spark.sql(s"DESCRIBE TABLE EXTENDED $identifier").collect()).toOption.flatMap(_.collectFirst {
      case Row("Location", place: String, _) => place
    })

  /** Rows as a frame of few partitions, each of which becomes a file.
    *
    * @param rows
    *   whose times are milliseconds since 1970
    */
  def toFrame(rows: Seq[Row], columns: StructType): DataFrame = {
    val times = columns.fields.indices.filter(place => columns(place).dataType == TimestampType)
    val converted = rows.map { row =>
      Row.fromSeq(
        times.foldLeft(row.toSeq)((values, at) => values.updated(at, new Timestamp(row.getLong(at))))
      )
    }
    val parts = math.max(1, rows.size / SqlTable.RowsOfFile)
    spark.createDataFrame(spark.sparkContext.parallelize(converted, parts), columns)
  }
}

private[job] object SqlTable {

  /** A task carries its rows, and Spark limits a task to 128 MiB (`spark.rpc.message.maxSize`). */
  private val RowsOfFile = 25000

  def quoted(name: String): String = s"`${name.replace("`", "``")}`"

  /** The name of a second table beside one, with a suffix: {{{c.s.t}}} becomes {{{c.s.t_quarantine}}}. */
  def beside(identifier: String, suffix: String): String =
    if (identifier.endsWith("`")) s"${identifier.dropRight(1)}$suffix`" else s"$identifier$suffix"
}
