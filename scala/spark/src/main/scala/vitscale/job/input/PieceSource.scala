package vitscale.job.input

import scala.reflect.ClassTag

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import vitscale.job.records.ReadImage
import vitscale.job.task.{Attempts, ChunkSizes, TaskBatch}

/** Images of pieces, with one task per piece. */
final private[job] class PieceSource(context: SparkContext, pieces: IndexedSeq[Piece], reading: Reading)
    extends ImageSource {

  private var taken = 0
  private var left = pieces.map(_.waiting).sum

  override def waiting: Long = left

  override def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch] = {
    val some = pieces.slice(taken, taken + tasks)
    taken += some.size
    left -= some.map(_.waiting).sum
    if (some.isEmpty) None else Some(new PieceWork(some))
  }

  /** The paths that come first among those that wait, at most `count`, in order. */
  def firstPaths(count: Int): Seq[String] = {
    val settings = reading
    val paths =
      context
        .parallelize(pieces, math.max(1, PieceSource.tasks(context, pieces.size)))
        .flatMap(_.keys(settings))
    paths.takeOrdered(count).toSeq
  }

  override def close(): Unit = ()

  private final class PieceWork(some: IndexedSeq[Piece]) extends TaskBatch {

    override val partitions: Seq[Int] = some.indices

    override def images: RDD[ReadImage] = {
      val settings = reading
      context.parallelize(some, some.size).mapPartitions { pieces =>
        if (Attempts.areUsedUp) pieces.flatMap(_.keys(settings).map(Attempts.untouched(_, None)))
        else pieces.flatMap(_.images(settings))
      }
    }

    override def part(partition: Int, from: Int, until: Int): TaskBatch =
      new PieceWork(IndexedSeq(Slice(some(partition), from, until)))
  }
}

private[job] object PieceSource {

  /** Target size of a piece, in bytes. A file may not be divisible there. */
  val TaskBytes: Long = 8L << 20

  /** Inspect files in tasks.
    *
    * @return
    *   the results, in the order of the files
    */
  def inTasks[A: ClassTag, B: ClassTag](context: SparkContext, files: Seq[A])(look: A => B): IndexedSeq[B] =
    if (files.isEmpty) IndexedSeq.empty
    else context.parallelize(files, tasks(context, files.size)).map(look).collect().toIndexedSeq

  /** Number of tasks for a short inspection of files: several per core, with few files each. */
  def tasks(context: SparkContext, files: Int): Int =
    math.min(files, math.max(math.max(1, context.defaultParallelism) * TasksPerCore, files / FilesPerTask))

  private val TasksPerCore = 8
  private val FilesPerTask = 64
}
