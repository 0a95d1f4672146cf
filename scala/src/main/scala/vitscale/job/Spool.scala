package vitscale.job

import java.io._
import java.nio.file.{Files, Path}

import vitscale.OutputException

/** Files waiting to be done, in a temporary file, so that the driver's memory does not grow with their number.
  *
  * Written first, read once after that.
  */
final class Spool private (file: Path) extends AutoCloseable {

  private val out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))
  private lazy val in = {
    out.close()
    new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))
  }
  private var waiting = 0L

  def size: Long = waiting

  def add(listed: Listed): Unit = Spool.explained {
    writeText(listed.path)
    out.writeLong(listed.size.getOrElse(-1L))
    out.writeBoolean(listed.problem.isDefined)
    listed.problem.foreach(writeText)
    waiting += 1
  }

  /** The next files, at most so many. */
  def take(count: Int): Seq[Listed] = Spool.explained {
    Seq.fill(math.min(count.toLong, waiting).toInt) {
      waiting -= 1
      val path = readText()
      val size = in.readLong()
      Listed(path, if (size < 0) None else Some(size), if (in.readBoolean()) Some(readText()) else None)
    }
  }

  override def close(): Unit = {
    out.close()
    if (waiting >= 0) in.close()
    Files.deleteIfExists(file)
    ()
  }

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

object Spool {

  /** @throws vitscale.OutputException
    *   if the folder of temporary files (`java.io.tmpdir`) has no room
    */
  def create(): Spool = explained {
    val file = Files.createTempFile("vitscale-listing-", ".tmp")
    file.toFile.deleteOnExit()
    new Spool(file)
  }

  private def explained[A](action: => A): A =
    try action
    catch {
      case error: IOException =>
        throw new OutputException(
          s"The list of files cannot be kept in ${sys.props("java.io.tmpdir")}: ${error.getMessage}. Make room there, " +
            "or name another folder in the environment variable TMPDIR.",
          error
        )
    }
}
