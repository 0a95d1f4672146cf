package vitscale.job.output

import java.io.{FileNotFoundException, IOException}
import java.nio.file.FileAlreadyExistsException

import scala.util.Try

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{
  FSDataOutputStream,
  FileAlreadyExistsException => HadoopFileExists,
  Path => HadoopPath
}
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException
import org.apache.hadoop.ipc.RemoteException
import org.apache.spark.util.SerializableConfiguration

import vitscale.hadoop.{RemoteFiles, S3ConditionalPut}

/** A folder of any file system that Hadoop reaches. HDFS creates and renames atomically; an object store makes each
  * object appear whole.
  */
final class HadoopStorage(root: HadoopPath, configuration: Configuration) extends Storage {

  private val settings = new SerializableConfiguration(configuration)
  @transient private lazy val system = RemoteFiles.system(root, settings.value)

  override def location: String = root.toString

  override def uri: String = root.toString

  override def isExclusive: Boolean =
    isFileSystem || HadoopStorage.Conditional.contains(scheme) || isConditional

  override def isFileSystem: Boolean = HadoopStorage.FileSystems.contains(scheme)

  /** The scheme of the file system; of the one behind a table of mounts (`viewfs`). */
  private def scheme: String = {
    val own = system.getUri.getScheme
    val mounted = Iterator
      .iterate(root)(_.getParent)
      .takeWhile(_ != null)
      .flatMap(path => Try(system.resolvePath(path).toUri.getScheme).toOption)
    if (own == "viewfs") mounted.find(_ != own).getOrElse(own) else own
  }

  private def isConditional = S3ConditionalPut.knows(root, settings.value)

  override def isFile: Boolean =
    try system.getFileStatus(root).isFile
    catch { case _: FileNotFoundException => false }

  override def makeFolder(path: String): Unit =
    if (!system.mkdirs(resolve(path))) throw new IOException(s"the folder ${resolve(path)} cannot be created")

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
      // The default implementation of Hadoop's FileSystem refuses, and some vendors' file systems keep it.
      case error: IOException
          if String.valueOf(error.getMessage).contains("createNonRecursive unsupported") =>
        system.getFileStatus(file.getParent) // throws if the folder does not exist
        system.create(file, false)
    }
  }

  override def createFirst(path: String, content: Array[Byte]): Boolean =
    try
      if (isConditional) S3ConditionalPut.create(resolve(path), content, settings.value)
      else {
        create(path, content)
        isExclusive || isStill(path, content)
      }
    catch {
      case _: HadoopFileExists | _: FileAlreadyExistsException => false
      // HDFS answers this while another process writes the file.
      case error: RemoteException if error.getClassName == classOf[AlreadyBeingCreatedException].getName =>
        false
    }

  /** Check whether the file still has this content: if several processes created it, the last one wins. */
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
      throw new IOException(s"${resolve(from)} cannot be renamed to ${resolve(to)}")

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

  /** File systems whose server creates and renames a file atomically. */
  private val FileSystems = Set("hdfs", "webhdfs", "swebhdfs", "ofs", "o3fs")

  /** Object stores that create an object only if there is none, when Hadoop's client asks not to overwrite. Other clients check
    * first and write afterwards.
    */
  private val Conditional = Set("abfs", "abfss", "gs")

  /** An object store needs less time than this between its existence check and its write. */
  private val SettleMillis = 2000L
}
