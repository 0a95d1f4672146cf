package vitscale.job.input

import vitscale.job.task.{ChunkSizes, TaskBatch}

/** Images that wait to be classified. */
trait ImageSource extends AutoCloseable {

  /** Images that no work was made of yet. */
  def waiting: Long

  /** The next work, for so many tasks at most; none when nothing waits. */
  def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch]
}

private[job] object ImageSource {

  val none: ImageSource = new ImageSource {
    override def waiting: Long = 0
    override def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch] = None
    override def close(): Unit = ()
  }
}
