package vitscale.job

import org.apache.spark.rdd.RDD

/** Work for Spark: partitions of an RDD, and how many images they hold at most. */
final case class Work(images: RDD[ReadImage], partitions: Seq[Int], count: Long)

/** Images that wait to be classified. */
trait ImageSource extends AutoCloseable {

  /** Images that no work was made of yet. */
  def waiting: Long

  /** The next work, for so many tasks at most; none when nothing waits. */
  def next(tasks: Int, sizes: ChunkSizes): Option[Work]
}
