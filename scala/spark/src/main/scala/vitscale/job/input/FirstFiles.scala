package vitscale.job.input

import scala.collection.mutable

import vitscale.job.records.FileEntry

/** Keeps the files whose paths come first, in memory that does not grow with the number of all files.
  *
  * @param limit
  *   number of files to keep
  */
final private[job] class FirstFiles(limit: Int) {

  private val kept = mutable.PriorityQueue.empty[FileEntry](Ordering.by(_.path))
  private var all = 0L

  def add(listed: FileEntry): Unit = {
    all += 1
    kept.enqueue(listed)
    if (kept.size > limit) {
      kept.dequeue()
      ()
    }
  }

  /** Number of files that are not kept. */
  def leftOut: Long = all - kept.size

  /** Return the kept files in the order of their paths, and forget them. */
  def takeAll(): Seq[FileEntry] = Seq.fill(kept.size)(kept.dequeue()).reverse
}
