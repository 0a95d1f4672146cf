package vitscale.job

import java.io.IOException

import scala.collection.mutable

import org.apache.spark.SparkException
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.functions.{col, count, lit}
import org.apache.spark.sql.types.{BinaryType, StringType}
import org.apache.spark.sql.{AnalysisException, DataFrame, SparkSession}

import vitscale.{RemoteFiles, UsageException}

/** Rows of Parquet with an encoded image each. A task gets one row group at least, for Parquet cannot be read in less.
  *
  * @param rows
  *   path and content
  * @param total
  *   rows that are not done yet
  */
final class ParquetSource private (rows: RDD[ReadImage], total: Long) extends ImageSource {

  private val partitions = mutable.Queue(rows.partitions.indices: _*)
  private val perPartition = total.toDouble / math.max(1, partitions.size)

  override def waiting: Long = math.ceil(partitions.size * perPartition).toLong

  override def next(tasks: Int, sizes: ChunkSizes): Option[Work] = {
    val taken = Seq.fill(math.min(tasks, partitions.size))(partitions.dequeue())
    if (taken.isEmpty) None else Some(new ParquetWork(rows, taken))
  }

  override def close(): Unit = ()
}

final private class ParquetWork(rows: RDD[ReadImage], override val partitions: Seq[Int]) extends Work {

  override def images: RDD[ReadImage] = rows.mapPartitions { read =>
    if (Attempts.areUsedUp) read.map(image => Attempts.untouched(image.path, image.size)) else read
  }

  override def part(partition: Int, from: Int, until: Int): Work =
    new ParquetWork(rows.mapPartitions(_.slice(from, until)), Seq(partition))
}

object ParquetSource {

  /** Parts of a file of about so many bytes become tasks of their own, where its row groups allow it. */
  private val TaskBytes = "8388608"

  /** Opens Parquet files or folders.
    *
    * @throws vitscale.UsageException
    *   if they cannot be read, lack the columns, or two rows have one path
    */
  def open(
      spark: SparkSession,
      names: Seq[String],
      pathColumn: String,
      contentColumn: String,
      maxBytes: Long
  ): ParquetRows = {
    spark.conf.set("spark.sql.files.maxPartitionBytes", TaskBytes)
    val frame =
      try spark.read.parquet(names: _*)
      catch {
        case error @ (_: AnalysisException | _: SparkException | _: IOException) =>
          throw new UsageException(
            s"${names.mkString(", ")} cannot be read as Parquet: ${reason(error)}",
            error
          )
      }
    requireColumn(frame, pathColumn, StringType, "--path-column")
    requireColumn(frame, contentColumn, BinaryType, "--content-column")
    val paths = frame.select(col(s"`$pathColumn`").as("path"))
    requireOnePathARow(paths)
    new ParquetRows(frame.select(col(s"`$pathColumn`"), col(s"`$contentColumn`")), paths, maxBytes)
  }

  /** What began it, where Spark's own message is that a job of its was aborted. */
  private def reason(error: Throwable): String = error match {
    case aborted: SparkException if aborted.getCause != null => reason(aborted.getCause)
    case other => RemoteFiles.reason(other)
  }

  private[job] def source(rows: RDD[ReadImage], total: Long): ParquetSource = new ParquetSource(rows, total)

  private def requireColumn(
      frame: DataFrame,
      name: String,
      wanted: org.apache.spark.sql.types.DataType,
      option: String
  ): Unit =
    if (!frame.schema.fields.exists(field => field.name == name && field.dataType == wanted))
      throw new UsageException(
        s"There is no column $name of type ${wanted.simpleString}; the columns are " +
          s"${frame.schema.fields.map(f => s"${f.name}: ${f.dataType.simpleString}").mkString(", ")}. Name one with $option."
      )

  /** The path is what tells an image that is done from one that is not. */
  private def requireOnePathARow(paths: DataFrame): Unit =
    paths.groupBy("path").agg(count(lit(1)).as("rows")).where("rows > 1 or path is null").head(1).foreach {
      row =>
        throw new UsageException(
          s"The path ${row.getString(0)} stands in ${row.getLong(1)} rows; it must tell a row from all others. " +
            "Name a column that does with --path-column."
        )
    }
}

/** The rows of an input, checked. */
final class ParquetRows(rows: DataFrame, val paths: DataFrame, maxBytes: Long) {

  /** @param done
    *   paths that need no work; sent to the tasks
    * @param total
    *   rows whose paths are not among them
    */
  def source(done: Seq[Fingerprints], total: Long): ParquetSource = {
    val known = rows.sparkSession.sparkContext.broadcast(done)
    val limit = maxBytes
    val images = rows.rdd
      .filter(row => !known.value.exists(_.contains(row.getString(0))))
      .map(row => ParquetRows.image(row.getString(0), row.getAs[Array[Byte]](1), limit))
    ParquetSource.source(images, total)
  }
}

private object ParquetRows {

  private def image(path: String, content: Array[Byte], maxBytes: Long): ReadImage =
    if (content == null) ReadImage(path, None, Left(ReadFailure(Stage.Read, "the row has no content")))
    else if (content.length > maxBytes)
      ReadImage(
        path,
        Some(content.length.toLong),
        Left(
          ReadFailure(
            Stage.Read,
            s"the image has ${content.length} bytes, the limit is $maxBytes (--max-bytes)"
          )
        )
      )
    else ReadImage(path, Some(content.length.toLong), Right(content))
}
