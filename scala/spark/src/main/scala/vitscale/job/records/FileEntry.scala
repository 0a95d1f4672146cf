package vitscale.job.records

/** A file that the job will account for.
  *
  * @param path
  *   absolute path of a local file, or its `file:` URI where its name is not valid UTF-8; else the URI in Hadoop's form
  *   (nothing percent-encoded)
  * @param size
  *   bytes when it was listed, where known
  * @param problem
  *   why it cannot even be tried
  */
final case class FileEntry(path: String, size: Option[Long], problem: Option[String] = None)

/** An image as a task got it: its bytes, or why there are none. */
final case class ReadImage(path: String, size: Option[Long], content: Either[ReadFailure, Array[Byte]])

final case class ReadFailure(stage: String, reason: String)
