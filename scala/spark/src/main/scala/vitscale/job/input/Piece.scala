package vitscale.job.input

import org.apache.hadoop.conf.Configuration
import org.apache.spark.TaskContext
import org.apache.spark.broadcast.Broadcast
import org.apache.spark.util.SerializableConfiguration

import vitscale.job.output.Done
import vitscale.job.records.{ReadFailure, ReadImage, Stage}

/** A part of a file that holds many images: row groups of Parquet, members of a tar shard. One task reads one piece. */
private[job] trait Piece extends Serializable {

  /** Images that have no row yet. */
  def waiting: Long

  /** The keys of these images, in the order of `images`. Contents are not read. */
  def keys(reading: Reading): Iterator[String]

  /** These images with their contents. An image that cannot be read returns its reason; no exception is thrown. */
  def images(reading: Reading): Iterator[ReadImage]
}

private[job] object Piece {

  /** Return items that are read from a resource, and close the resource after the last item or at the end of the task. */
  def closing[A](resource: AutoCloseable)(items: Iterator[A]): Iterator[A] = {
    TaskContext.get().addTaskCompletionListener[Unit](_ => resource.close())
    items ++ closed(resource)
  }

  private def closed(resource: AutoCloseable): Iterator[Nothing] = {
    resource.close()
    Iterator.empty
  }
}

/** What a task needs to read a piece.
  *
  * @param done
  *   images that have a row
  * @param maxBytes
  *   largest image to read
  */
final private[job] class Reading(
    shared: Broadcast[SerializableConfiguration],
    known: Broadcast[Done],
    val maxBytes: Long
) extends Serializable {

  def configuration: Configuration = shared.value.value

  def done: Done = known.value

  /** An image whose content has this size, or the reason that it is too large. */
  def image(key: String, size: Long)(content: => Either[String, Array[Byte]]): ReadImage =
    if (size > maxBytes)
      failed(key, Some(size), s"the image has $size bytes, the limit is $maxBytes (--max-bytes)")
    else
      content match {
        case Right(bytes) => ReadImage(key, Some(size), Right(bytes))
        case Left(reason) => failed(key, Some(size), reason)
      }

  def failed(key: String, size: Option[Long], reason: String): ReadImage =
    ReadImage(key, size, Left(ReadFailure(Stage.Read, reason)))
}

/** Images of a piece by their positions, from `from` up to `until`. */
final private[job] case class Slice(piece: Piece, from: Int, until: Int) extends Piece {

  override def waiting: Long = (until - from).toLong

  override def keys(reading: Reading): Iterator[String] = piece.keys(reading).slice(from, until)

  override def images(reading: Reading): Iterator[ReadImage] = piece.images(reading).slice(from, until)
}

/** Files that cannot be read at all. Each counts as one failed image. */
final private[job] case class Unreadable(files: Seq[ReadImage]) extends Piece {

  override def waiting: Long = files.size.toLong

  override def keys(reading: Reading): Iterator[String] = files.iterator.map(_.path)

  override def images(reading: Reading): Iterator[ReadImage] = files.iterator
}
