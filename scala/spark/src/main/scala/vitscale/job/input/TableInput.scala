package vitscale.job.input

import org.apache.spark.sql.execution.datasources.parquet.SparkToParquetSchemaConverter
import org.apache.spark.sql.functions.{col, count}
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types.BinaryType
import org.apache.spark.sql.{Column, DataFrame, Encoders, Row}

import vitscale.UsageException
import vitscale.job.output.Counters
import vitscale.job.records.{FileEntry, Ignored}

/** Rows of a table as images. The columns are found by the rules of Parquet files ([[ImageColumns]]). A table without a column
  * of images is a list of paths.
  */
final private[job] class TableInput(read: TableRead, pathColumn: String, contentColumn: String) {

  import TableInput._

  private val name = read.version.name
  private val schema = new SparkToParquetSchemaConverter(SQLConf.get).convert(read.frame.schema)

  /** Whether each row has its image, not only the path of a file. */
  val hasImages: Boolean = contentColumn != ImageColumns.DefaultContent || ImageColumns.hasImages(schema)

  private lazy val columns: ImageColumns = {
    val found = ImageColumns.of(schema, pathColumn, contentColumn).fold(fail, identity)
    if (found.path.isEmpty) fail(ImageColumns.valuesOf(schema, pathColumn).left.getOrElse("it has no path"))
    found
  }

  private lazy val keys: DataFrame = {
    val path =
      if (hasImages) columns.path.get else ImageColumns.valuesOf(schema, pathColumn).fold(fail, identity)
    read.frame.select(text(path).as(Key))
  }

  /** Choices about columns that the user did not name. */
  def notes: Seq[String] =
    if (hasImages) ImageColumns.note(columns, pathColumn, contentColumn)
    else
      Seq(
        s"$name has no image column; the files that its column $pathColumn names are read (--content-column)."
      )

  /** Files that the rows name. */
  def files(found: FileEntry => Unit): Unit = {
    val paths = keys.as[String](Encoders.STRING).toLocalIterator()
    while (paths.hasNext)
      Option(paths.next()).filter(_.nonEmpty).foreach(path => found(FileEntry(path, None)))
  }

  /** The paths that come first, at most `limit`, in order. */
  def firstPaths(limit: Int): Seq[String] =
    keys.rdd.map(_.getString(0)).filter(_ != null).takeOrdered(limit).toSeq

  /** Open the rows. The first pass reads the paths alone. Where it reads the same splits as the pass over the images, a split
    * without a waiting image is not read again.
    *
    * @throws vitscale.UsageException
    *   if a row has no path, or several rows have the same
    */
  def open(reading: Reading): Input = {
    requireKeys()
    val settings = reading
    val counted = keys.rdd
      .mapPartitions { rows =>
        var (all, before) = (0L, Counters.nothing)
        rows.foreach { row =>
          all += 1
          before += settings.done.counts(row.getString(0))
        }
        Iterator.single((all, before))
      }
      .collect()
      .toIndexedSeq
    val all = counted.map { case (rows, _) => rows }.sum
    val before = counted.map { case (_, done) => done }.foldLeft(Counters.nothing)(_ + _)
    val content =
      read.frame.select(text(columns.path.get).as(Key), field(columns.content).cast(BinaryType).as("content"))
    val rows = content.rdd
    val waiting =
      if (TableSplits.areEqual(keys.rdd, rows))
        counted.indices.filter(one => counted(one)._1 > counted(one)._2.passedOver)
      else rows.partitions.indices
    val source = new TableSource(rows, waiting, all - before.passedOver, reading)
    Input(source, all - before.leftOut, before, Ignored.none)
  }

  private def requireKeys(): Unit = {
    val problems = keys
      .groupBy(Key)
      .agg(count("*").as("rows"))
      .where(s"$Key IS NULL OR $Key = '' OR rows > 1")
      .limit(1)
      .collect()
    problems.headOption.foreach {
      case Row(path: String, rows: Long) if path.nonEmpty =>
        fail(s"$rows rows have the path $path. Name a column that identifies a row with --path-column")
      case row => fail(s"${row.getLong(1)} rows have no path. Name a column without gaps with --path-column")
    }
  }

  private def fail(reason: String): Nothing =
    throw new UsageException(s"The table $name: ${reason.stripSuffix(".")}.")
}

private object TableInput {

  private val Key = "key"

  private def field(names: Seq[String]): Column = col(
    names.map(name => s"`${name.replace("`", "``")}`").mkString(".")
  )

  private def text(names: Seq[String]): Column = field(names).cast("string")
}
