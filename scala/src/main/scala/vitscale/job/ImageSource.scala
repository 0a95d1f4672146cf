package vitscale.job

/** Images that wait to be classified. */
trait ImageSource extends AutoCloseable {

  /** Images that no work was made of yet. */
  def waiting: Long

  /** The next work, for so many tasks at most; none when nothing waits. */
  def next(tasks: Int, sizes: ChunkSizes): Option[Work]
}
