package vitscale.job.output

import java.io.{FileNotFoundException, IOException}
import java.nio.channels.FileChannel
import java.nio.file.StandardOpenOption.{CREATE_NEW, READ, WRITE}
import java.nio.file.{FileAlreadyExistsException, Files, Path, Paths, StandardCopyOption}

import scala.collection.JavaConverters._

import org.apache.commons.io.FileUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{
  FSDataOutputStream,
  FileAlreadyExistsException => HadoopFileExists,
  Path => HadoopPath
}
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException
import org.apache.hadoop.ipc.RemoteException
import org.apache.spark.util.SerializableConfiguration

import vitscale.hadoop.{Location, RemoteFiles}

/** What the job asks of the place where it writes. Paths are relative to that place, with `/` between names. Tasks read
  * with it too.
  *
  * Every method throws `java.io.IOException` where it fails.
  */
trait Storage extends Serializable {

  /** The place, for messages. */
  def location: String

  def makeFolder(path: String): Unit

  /** Writes a file that must not be there, down to the disk; its folder is not made, it must be there. */
  def create(path: String, content: Array[Byte]): Unit

  /** The same, but tells whether it was there already; of several who try at once, each with another content, one
    * succeeds.
    */
  def createFirst(path: String, content: Array[Byte]): Boolean

  /** Writes a file in place of what is there; a reader may meet half of it. */
  def overwrite(path: String, content: Array[Byte]): Unit

  /** Moves a file in one step to where nothing is. */
  def rename(from: String, to: String): Unit

  /** Puts a file in the place of another in one step, where the file system can. */
  def replace(from: String, to: String): Unit

  /** Names in a folder; none if there is no such folder. */
  def list(path: String): Seq[String]

  def read(path: String): Array[Byte]

  /** Deletes a file, or a folder with all in it, if it is there. */
  def delete(path: String): Unit
}

object Storage {

  def at(place: Location, configuration: Configuration): Storage = place match {
    case Location.Local(path) => new LocalStorage(path)
    case Location.Hadoop(path) => new HadoopStorage(path, configuration)
  }
}

/** A local folder, by Java's own file API: exclusive creation and renaming are atomic here, and data are forced to the
  * disk before they count.
  */
final class LocalStorage(folder: Path) extends Storage {

  /** Java's paths cannot be serialised. */
  private val uri = folder.toUri
  @transient private lazy val root = Paths.get(uri)

  override def location: String = root.toString

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

/** A folder of any file system that Hadoop reaches. HDFS creates and renames atomically; an object store makes each
  * object appear whole.
  */
final class HadoopStorage(root: HadoopPath, configuration: Configuration) extends Storage {

  private val settings = new SerializableConfiguration(configuration)
  @transient private lazy val system = RemoteFiles.system(root, settings.value)

  override def location: String = root.toString

  override def makeFolder(path: String): Unit =
    if (!system.mkdirs(resolve(path))) throw new IOException(s"${resolve(path)} cannot be made")

  override def create(path: String, content: Array[Byte]): Unit = {
    val stream = opened(resolve(path))
    try {
      stream.write(content)
      stream.hsync()
    } finally stream.close()
  }

  private def opened(file: HadoopPath): FSDataOutputStream = {
    val (replication, block) = (system.getDefaultReplication(root), system.getDefaultBlockSize(root))
    try system.createNonRecursive(file, false, HadoopStorage.Buffer, replication, block, null)
    catch {
      // Hadoop's own default is to refuse, and not every vendor's file system knows better.
      case error: IOException
          if String.valueOf(error.getMessage).contains("createNonRecursive unsupported") =>
        system.getFileStatus(file.getParent) // throws where it is gone
        system.create(file, false)
    }
  }

  override def createFirst(path: String, content: Array[Byte]): Boolean =
    try {
      create(path, content)
      HadoopStorage.Exclusive.contains(system.getUri.getScheme) || isStill(path, content)
    } catch {
      case _: HadoopFileExists | _: FileAlreadyExistsException => false
      // HDFS's word where another is writing it just now.
      case error: RemoteException if error.getClassName == classOf[AlreadyBeingCreatedException].getName =>
        false
    }

  /** Where several may have created one file, the last one has it. */
  private def isStill(path: String, content: Array[Byte]): Boolean = {
    Thread.sleep(HadoopStorage.SettleMillis)
    try read(path).sameElements(content)
    catch { case _: IOException => false }
  }

  override def overwrite(path: String, content: Array[Byte]): Unit = {
    val stream = system.create(resolve(path), true)
    try stream.write(content)
    finally stream.close()
  }

  override def rename(from: String, to: String): Unit =
    if (!system.rename(resolve(from), resolve(to)))
      throw new IOException(s"${resolve(from)} cannot become ${resolve(to)}")

  override def replace(from: String, to: String): Unit = {
    delete(to)
    rename(from, to)
  }

  override def list(path: String): Seq[String] =
    try system.listStatus(resolve(path)).map(_.getPath.getName).toVector.sorted
    catch { case _: FileNotFoundException => Seq.empty }

  override def read(path: String): Array[Byte] = {
    val stream = system.open(resolve(path))
    try stream.readAllBytes()
    finally stream.close()
  }

  override def delete(path: String): Unit = {
    system.delete(resolve(path), true)
    ()
  }

  private def resolve(path: String): HadoopPath = if (path.isEmpty) root else new HadoopPath(root, path)
}

private object HadoopStorage {
  private val Buffer = 1 << 16

  /** File systems with one server that decides; those of objects look first and write then. */
  private val Exclusive = Set("hdfs", "webhdfs", "swebhdfs")

  /** From looking whether a file is there to having written it takes an object store less. */
  private val SettleMillis = 2000L
}
