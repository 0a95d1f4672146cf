package vitscale.job.tables

import java.time.{Instant, ZoneOffset}

import org.apache.spark.sql.Row
import org.apache.spark.sql.types.{ArrayType, DataType, DateType, StringType, StructField, StructType}

import vitscale.UsageException
import vitscale.job.output.{RunKey, Tables}
import vitscale.job.records.Outcome

/** The columns of the two tables: those of [[Tables]], and columns to partition by that are derived from them.
  *
  * @param partitionBy
  *   columns to partition by, as the user names them
  */
final private[job] class TableColumns(key: RunKey, partitionBy: Seq[String]) {

  import TableColumns._

  /** All columns of a table. */
  def of(table: String): StructType = StructType(
    Tables.schema(table, key).fields ++ derived.map(name => StructField(name, typeOf(name)))
  )

  /** The columns by which a table is partitioned: the quarantine has no labels. */
  def layout(table: String): Seq[String] = partitionBy.filter(of(table).fieldNames.contains)

  /** An outcome as a row; times are milliseconds since 1970. */
  def row(outcome: Outcome): Row =
    Row.fromSeq(Tables.row(outcome, key).toSeq ++ derived.map(value(_, outcome)))

  private def derived: Seq[String] = partitionBy.filterNot(Tables.predictions(key).fieldNames.contains)
}

private[job] object TableColumns {

  val Date = "date"
  val Folder = "folder"

  private def typeOf(name: String): DataType = if (name == Date) DateType else StringType

  private def value(name: String, outcome: Outcome): Any = name match {
    case Date => java.sql.Date.valueOf(Instant.ofEpochMilli(outcome.time).atZone(ZoneOffset.UTC).toLocalDate)
    case Folder => folder(outcome.path)
    case key => part(outcome.path, key).orNull
  }

  /** The folder of a path; none of a key that has no folder. */
  private def folder(path: String): String =
    if (path.contains('/')) path.take(math.max(1, path.lastIndexOf('/'))) else null

  /** The value of a folder `KEY=value` of a path, as Hive writes partitions; the last one counts. */
  private def part(path: String, key: String): Option[String] =
    path.split('/').dropRight(1).reverseIterator.collectFirst {
      case name if name.startsWith(s"$key=") => name.drop(key.length + 1)
    }

  /** Check that a table can take rows.
    *
    * @param found
    *   the columns that it has
    * @param written
    *   the columns of the rows
    * @throws vitscale.UsageException
    *   if a column is missing or has another type, or a further column needs values
    */
  def requireFit(name: String, found: StructType, written: StructType): Unit = {
    def same(one: StructField)(other: StructField) = one.name.equalsIgnoreCase(other.name)
    val unfit = written.fields.toSeq.flatMap { field =>
      found.find(same(field)) match {
        case None => Some(s"${field.name} ${field.dataType.sql} is missing")
        case Some(other) if plain(other.dataType) != plain(field.dataType) =>
          Some(s"${field.name} is ${other.dataType.sql}, expected ${field.dataType.sql}")
        case _ => None
      }
    }
    val needed = found.filter(other => !other.nullable && !written.exists(same(other)))
    val problems = unfit ++ needed.map(other => s"${other.name} is NOT NULL, and no row has a value for it")
    if (problems.nonEmpty)
      throw new UsageException(
        s"The table $name does not fit: ${problems.mkString("; ")}. Change its columns with ALTER TABLE, or choose another table."
      )
  }

  /** A type without its rules about nulls. */
  private def plain(of: DataType): DataType = of match {
    case ArrayType(element, _) => ArrayType(plain(element))
    case other => other
  }
}
