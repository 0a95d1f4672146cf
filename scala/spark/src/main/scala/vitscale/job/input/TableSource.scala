package vitscale.job.input

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.Row

import vitscale.job.records.ReadImage
import vitscale.job.task.{Attempts, ChunkSizes, TaskBatch}

/** Rows of a table that hold images, one task for each of the partitions that Spark divides them into. A partition has the same
  * rows in the same order each time, because the version of the table is fixed and no row is shuffled.
  *
  * @param rows
  *   path and content of each row
  * @param partitions
  *   partitions of the rows in which an image waits
  * @param images
  *   number of rows that wait
  */
final private[job] class TableSource(
    rows: RDD[Row],
    partitions: IndexedSeq[Int],
    images: Long,
    reading: Reading
) extends ImageSource {

  private var taken = 0

  /** How many rows each partition has is not known, so the rest is estimated. */
  override def waiting: Long =
    if (images == 0 || taken == partitions.size) 0
    else math.max(1, images * (partitions.size - taken) / partitions.size)

  override def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch] = {
    val some = partitions.slice(taken, taken + tasks)
    taken += some.size
    if (some.isEmpty) None else Some(new RowBatch(some, 0, Int.MaxValue))
  }

  override def close(): Unit = ()

  /** @param from
    *   position of the first row among those of a partition that wait
    */
  private final class RowBatch(override val partitions: Seq[Int], from: Int, until: Int) extends TaskBatch {

    override def images: RDD[ReadImage] = {
      val (settings, first, end) = (reading, from, until)
      rows.mapPartitions { all =>
        val waiting = all.filterNot(row => settings.done.contains(row.getString(0))).slice(first, end)
        if (Attempts.areUsedUp) waiting.map(row => Attempts.untouched(row.getString(0), None))
        else waiting.map(TableSource.image(_, settings))
      }
    }

    override def part(partition: Int, start: Int, end: Int): TaskBatch =
      new RowBatch(Seq(partition), from + start, from + end)
  }
}

private object TableSource {

  private def image(row: Row, reading: Reading): ReadImage = {
    val key = row.getString(0)
    if (row.isNullAt(1)) reading.failed(key, None, "the row has no content")
    else {
      val bytes = row.getAs[Array[Byte]](1)
      reading.image(key, bytes.length.toLong)(Right(bytes))
    }
  }
}
