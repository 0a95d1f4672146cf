package vitscale.job.input

import java.io._
import java.nio.channels.{Channels, FileChannel}
import java.nio.file.Files
import java.nio.file.StandardOpenOption.{DELETE_ON_CLOSE, READ, WRITE}

import vitscale.OutputException
import vitscale.job.records.FileEntry

/** A queue of listed files, kept in a temporary file, so that the driver's memory does not grow with their number.
  *
  * It is written first and then read once. On Unix, Java unlinks the file as soon as it is open, so the system deletes it
  * when the driver ends, even after a crash.
  */
final class FileQueue private (channel: FileChannel) extends AutoCloseable {

  private val out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)))
  private lazy val in = {
    out.flush()
    channel.position(0)
    new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)))
  }
  private var unread = 0L
  private var files = 0L
  private var bytes = 0L
  private var ahead: Option[FileEntry] = None

  /** Number of files in the queue. */
  def size: Long = unread + ahead.size

  /** Mean size of all files, in bytes. */
  def meanBytes: Double = if (files == 0) 0 else bytes.toDouble / files

  def add(listed: FileEntry): Unit = FileQueue.explained {
    writeText(listed.path)
    out.writeLong(listed.size.getOrElse(-1L))
    out.writeBoolean(listed.problem.isDefined)
    listed.problem.foreach(writeText)
    unread += 1
    files += 1
    bytes += listed.size.getOrElse(0L)
  }

  /** Take the next files: at most `count`, of at most `maxBytes` together unless the first file alone has more. */
  def take(count: Int, maxBytes: Double): Seq[FileEntry] = FileQueue.explained {
    var (left, room) = (count, maxBytes)
    val taken = Seq.newBuilder[FileEntry]
    while (left > 0 && peek().exists(file => left == count || bytesOf(file) <= room)) {
      val file = ahead.get
      ahead = None
      taken += file
      left -= 1
      room -= bytesOf(file)
    }
    taken.result()
  }

  private def bytesOf(file: FileEntry): Long = file.size.getOrElse(0L)

  private def peek(): Option[FileEntry] = {
    if (ahead.isEmpty && unread > 0) ahead = Some(read())
    ahead
  }

  private def read(): FileEntry = {
    unread -= 1
    val path = readText()
    val size = in.readLong()
    FileEntry(path, if (size < 0) None else Some(size), if (in.readBoolean()) Some(readText()) else None)
  }

  override def close(): Unit = channel.close()

  private def writeText(text: String): Unit = {
    val bytes = text.getBytes("UTF-8")
    out.writeInt(bytes.length)
    out.write(bytes)
  }

  private def readText(): String = {
    val bytes = new Array[Byte](in.readInt())
    in.readFully(bytes)
    new String(bytes, "UTF-8")
  }
}

object FileQueue {

  /** @throws vitscale.OutputException
    *   if the folder of temporary files (`java.io.tmpdir`) has no room
    */
  def create(): FileQueue = explained {
    new FileQueue(temporary())
  }

  /** A new temporary file without a name. */
  private[job] def temporary(): FileChannel =
    FileChannel.open(Files.createTempFile("vitscale-listing-", ".tmp"), READ, WRITE, DELETE_ON_CLOSE)

  private[job] def explained[A](action: => A): A =
    try action
    catch {
      case error: IOException =>
        throw new OutputException(
          s"The list of files cannot be written to ${sys.props("java.io.tmpdir")}: ${error.getMessage}. Free space there, " +
            "or set the environment variable TMPDIR to another folder.",
          error
        )
    }
}
