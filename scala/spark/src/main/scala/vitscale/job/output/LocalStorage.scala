package vitscale.job.output

import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.StandardOpenOption.{CREATE_NEW, READ, WRITE}
import java.nio.file.{FileAlreadyExistsException, Files, Path, Paths, StandardCopyOption}

import scala.jdk.CollectionConverters._

import org.apache.commons.io.FileUtils

/** A local folder, through Java's own file API. Exclusive creation and renaming are atomic, and data are forced to the disk
  * before they are committed.
  */
final class LocalStorage(folder: Path) extends Storage {

  /** Java's paths cannot be serialised. */
  private val place = folder.toUri
  @transient private lazy val root = Paths.get(place)

  override def location: String = root.toString

  override def uri: String = s"file:$root"

  override def isExclusive: Boolean = true

  override def isFileSystem: Boolean = true

  override def isFile: Boolean = Files.exists(root) && !Files.isDirectory(root)

  override def makeFolder(path: String): Unit = {
    Files.createDirectories(root.resolve(path))
    ()
  }

  override def create(path: String, content: Array[Byte]): Unit = {
    val file = root.resolve(path)
    val channel = FileChannel.open(file, WRITE, CREATE_NEW)
    try {
      val buffer = java.nio.ByteBuffer.wrap(content)
      while (buffer.hasRemaining) channel.write(buffer)
      channel.force(true)
    } catch {
      case error: IOException =>
        Files.deleteIfExists(file)
        throw error
    } finally channel.close()
  }

  override def createFirst(path: String, content: Array[Byte]): Boolean =
    try {
      create(path, content)
      true
    } catch { case _: FileAlreadyExistsException => false }

  override def overwrite(path: String, content: Array[Byte]): Unit = {
    Files.write(root.resolve(path), content)
    ()
  }

  override def rename(from: String, to: String): Unit = {
    if (Files.exists(root.resolve(to))) throw new FileAlreadyExistsException(root.resolve(to).toString)
    replace(from, to)
  }

  override def replace(from: String, to: String): Unit = {
    val target = root.resolve(to)
    Files.move(root.resolve(from), target, StandardCopyOption.ATOMIC_MOVE)
    val folder = FileChannel.open(target.getParent, READ)
    try folder.force(true)
    finally folder.close()
  }

  override def list(path: String): Seq[String] = {
    val folder = root.resolve(path)
    if (!Files.isDirectory(folder)) Seq.empty
    else {
      val entries = Files.list(folder)
      try entries.iterator().asScala.map(_.getFileName.toString).toVector.sorted
      finally entries.close()
    }
  }

  override def read(path: String): Array[Byte] = Files.readAllBytes(root.resolve(path))

  override def delete(path: String): Unit = {
    val file = root.resolve(path)
    if (Files.isDirectory(file)) FileUtils.deleteDirectory(file.toFile)
    else {
      Files.deleteIfExists(file)
      ()
    }
  }
}
