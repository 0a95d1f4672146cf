package vitscale.job.records

/** A listed file. The job writes one row for it.
  *
  * @param path
  *   absolute path of a local file, or its `file:` URI where its name is not valid UTF-8; else the URI in Hadoop's form
  *   (nothing percent-encoded)
  * @param size
  *   bytes when it was listed, where known
  * @param problem
  *   why it cannot be read; none if the listing found no problem
  */
final case class FileEntry(path: String, size: Option[Long], problem: Option[String] = None)

/** An image that a task has read: its bytes, or the reason why it has none. */
final case class ReadImage(path: String, size: Option[Long], content: Either[ReadFailure, Array[Byte]])

final case class ReadFailure(stage: String, reason: String)
