package vitscale.job.input

import scala.util.control.NonFatal

import org.apache.spark.broadcast.Broadcast

import vitscale.job.output.{Counters, PathHashes}
import vitscale.job.records.ReadImage

/** Row groups of a Parquet file.
  *
  * A row's key is its path. A row without one, or with one that other rows have too, has `FILE#ROW` as its key: the row's
  * number in the file, counted from 0.
  *
  * @param file
  *   as [[FileEntry]] has it
  * @param first
  *   number of the first row in the file
  * @param repeated
  *   paths that stand in several rows of the input
  * @param waiting
  *   rows that have no row in the output
  */
final private[job] case class ParquetPiece(
    file: String,
    columns: ImageColumns,
    rowGroups: Range,
    first: Long,
    repeated: Broadcast[PathHashes],
    waiting: Long
) extends Piece {

  override def keys(reading: Reading): Iterator[String] =
    withRows(reading)(rows => allKeys(rows).filterNot(reading.done.contains))

  override def images(reading: Reading): Iterator[ReadImage] = withRows(reading) { rows =>
    keysByGroup(rows).flatMap { case (rowGroup, keys) =>
      if (keys.forall(reading.done.contains)) Iterator.empty
      else
        keys.iterator.zip(rows.contents(rowGroup, columns.content)).collect {
          case (key, content) if !reading.done.contains(key) =>
            content match {
              case Left(reason) => reading.failed(key, None, reason)
              case Right(None) => reading.failed(key, None, "the row has no content")
              case Right(Some(bytes)) => reading.image(key, bytes.length.toLong)(Right(bytes.getBytes))
            }
        }
    }
  }

  /** Counts the rows that are done. */
  def counts(reading: Reading): Counters.Counts =
    withRows(reading)(allKeys).map(reading.done.counts).foldLeft(Counters.nothing)(_ + _)

  /** The paths of all rows, null where there is none. */
  def paths(reading: Reading): Iterator[String] =
    withRows(reading)(rows => rowGroups.iterator.flatMap(pathsOf(rows, _)))

  private def withRows[A](reading: Reading)(use: ParquetRows => Iterator[A]): Iterator[A] = {
    val rows = new ParquetRows(ParquetInput.open(file, reading.configuration))
    Piece.closing(rows)(use(rows))
  }

  private def allKeys(rows: ParquetRows): Iterator[String] = keysByGroup(rows).flatMap(_._2)

  private def keysByGroup(rows: ParquetRows): Iterator[(Int, Array[String])] = {
    var number = first - 1
    rowGroups.iterator.map { rowGroup =>
      rowGroup -> pathsOf(rows, rowGroup).map { path =>
        number += 1
        if (path == null || path.isEmpty || repeated.value.contains(path)) s"$file#$number" else path
      }
    }
  }

  /** Where the column is damaged, no row of the row group has a path. */
  private def pathsOf(rows: ParquetRows, rowGroup: Int): Array[String] = {
    val none = new Array[String](rows.sizes(rowGroup))
    try columns.path.fold(none)(rows.texts(rowGroup, _).toArray)
    catch { case NonFatal(_) => none }
  }
}
