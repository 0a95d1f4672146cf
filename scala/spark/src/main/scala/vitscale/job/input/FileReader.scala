package vitscale.job.input

import java.io.{FileNotFoundException, IOException}
import java.nio.file.{InvalidPathException, NoSuchFileException}

import org.apache.hadoop.conf.Configuration

import vitscale.job.records.{FileEntry, ReadFailure, ReadImage, Stage}

/** Reads whole files inside a task. A file that cannot be read returns its reason; no exception is thrown.
  *
  * @param maxBytes
  *   largest file to read, in bytes; of a file that grows during the read, no more is read
  */
final class FileReader(configuration: Configuration, maxBytes: Long) {

  def read(listed: FileEntry): ReadImage = {
    val content = listed.problem match {
      case Some(problem) => Left(ReadFailure(Stage.List, problem))
      case None => attempt(listed)(bytes(listed.path))
    }
    ReadImage(listed.path, content.toOption.map(_.length.toLong).orElse(listed.size), content)
  }

  private def attempt(
      listed: FileEntry
  )(work: => Either[ReadFailure, Array[Byte]]): Either[ReadFailure, Array[Byte]] =
    try work
    catch {
      case _: NoSuchFileException | _: FileNotFoundException if listed.size.isEmpty =>
        failure("there is no such file")
      case error: IOException => failure(FileReader.reason(error))
      case error @ (_: InvalidPathException | _: IllegalArgumentException) =>
        failure(s"not a valid path: ${error.getMessage}")
      case _: OutOfMemoryError => failure("reading it takes more memory than the JVM has")
    }

  private def bytes(path: String): Either[ReadFailure, Array[Byte]] = {
    val file = StoredFile.named(path, configuration)
    val size = file.length
    if (size > maxBytes) tooLarge(s"the file has $size bytes")
    else {
      val stream = file.open(0)
      try {
        val content = stream.readNBytes(math.min(maxBytes + 1, FileReader.LargestArray).toInt)
        if (content.length > maxBytes) tooLarge("the file has grown since it was listed") else Right(content)
      } finally stream.close()
    }
  }

  private def tooLarge(what: String) = failure(s"$what, the limit is $maxBytes; not read (--max-bytes)")

  private def failure(reason: String) = Left(ReadFailure(Stage.Read, reason))
}

private[job] object FileReader {

  /** Largest length of an array in the JVM. */
  private val LargestArray = Int.MaxValue.toLong - 8

  def reason(error: IOException): String = error match {
    case file: java.nio.file.FileSystemException => LocalListing.reason(file)
    case other => HadoopListing.reason(other)
  }
}
