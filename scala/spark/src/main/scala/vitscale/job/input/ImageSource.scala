package vitscale.job.input

import vitscale.job.task.{ChunkSizes, TaskBatch}

/** Images that are not classified yet. */
trait ImageSource extends AutoCloseable {

  /** Number of images that are in no batch yet. */
  def waiting: Long

  /** Return the next batch, for at most `tasks` tasks; none if no image is left. */
  def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch]
}

private[job] object ImageSource {

  val none: ImageSource = new ImageSource {
    override def waiting: Long = 0
    override def next(tasks: Int, sizes: ChunkSizes): Option[TaskBatch] = None
    override def close(): Unit = ()
  }
}
