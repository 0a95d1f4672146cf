package vitscale.hadoop

import java.io.{FileNotFoundException, IOException}
import java.nio.file.AccessDeniedException

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileSystem, Path, UnsupportedFileSystemException}
import org.apache.hadoop.util.VersionInfo

import vitscale.UsageException

/** Opens HDFS, object stores and other Hadoop file systems, and explains why one cannot be opened. */
private[vitscale] object RemoteFiles {

  /** Short timeouts for the first connection, in milliseconds. The defaults of Hadoop and its S3 client retry for minutes,
    * which suits a running job, but not a mistyped address.
    */
  private val impatient = Map(
    "ipc.client.connect.timeout" -> "5000",
    "ipc.client.connect.max.retries" -> "1",
    "ipc.client.connect.max.retries.on.timeouts" -> "1",
    "dfs.client.failover.max.attempts" -> "4",
    "fs.s3a.connection.establish.timeout" -> "5000",
    "fs.s3a.connection.timeout" -> "10000",
    "fs.s3a.attempts.maximum" -> "2",
    "fs.s3a.retry.limit" -> "1"
  )

  private val Uri = "(?s)([A-Za-z][A-Za-z0-9+.-]*):/.*".r

  /** Return the path that a text names if the text is a URI of any scheme but `file`.
    *
    * @throws java.lang.IllegalArgumentException
    *   if Hadoop takes it for no path
    */
  def path(text: String): Option[Path] = text match {
    case Uri(scheme) if scheme != "file" => Some(new Path(text))
    case _ => None
  }

  /** The file system of a path.
    *
    * @throws UsageException
    *   if nothing here knows its scheme
    */
  def system(path: Path, configuration: Configuration): FileSystem =
    opened(path)(path.getFileSystem(configuration))

  /** Request the status of each path once, whether it exists or not.
    *
    * @throws UsageException
    *   within seconds, if its file system does not answer or refuses
    */
  def requireAnswers(paths: Seq[Path], configuration: Configuration): Unit = {
    val settings = new Configuration(configuration)
    impatient.foreach { case (key, value) => settings.set(key, value) }
    paths.distinct.groupBy(path => (path.toUri.getScheme, path.toUri.getAuthority)).values.foreach { ofOne =>
      val system = opened(ofOne.head)(FileSystem.newInstance(ofOne.head.toUri, settings))
      try ofOne.foreach(requireAnswer(system, _))
      finally system.close()
    }
  }

  private def requireAnswer(system: FileSystem, path: Path): Unit =
    try {
      system.getFileStatus(path)
      ()
    } catch {
      case _: FileNotFoundException => ()
      case error: IOException => throw unreachable(path, error)
    }

  /** Return the first line of an error message: HDFS includes its stack trace in the message. */
  def reason(error: Throwable): String = error match {
    case denied: AccessDeniedException =>
      Option(denied.getReason).fold("no permission")(why => s"no permission: ${firstLine(why)}")
    case other => Option(other.getMessage).fold(other.toString)(firstLine)
  }

  private def opened(path: Path)(open: => FileSystem): FileSystem =
    try open
    catch {
      case error: UnsupportedFileSystemException => throw unknown(path, error)
      case error: IOException => throw unreachable(path, error)
      case error: RuntimeException if error.getCause.isInstanceOf[ClassNotFoundException] =>
        throw unknown(path, error)
    }

  private def unreachable(path: Path, error: IOException) = new UsageException(
    s"$path cannot be reached: ${reason(error)}. Check the path, the network and your credentials.",
    error
  )

  private def unknown(path: Path, error: Exception) = {
    val scheme = path.toUri.getScheme
    val remedy = scheme match {
      case "s3a" =>
        s"Add --conf spark.jars.packages=org.apache.hadoop:hadoop-aws:${VersionInfo.getVersion}."
      case "s3" => "Write s3a://, the scheme of Hadoop's own client."
      case _ => "Check the scheme, or add its jar with --conf spark.jars.packages=GROUP:ARTIFACT:VERSION."
    }
    new UsageException(s"$path cannot be reached: nothing here knows $scheme://. $remedy", error)
  }

  private def firstLine(text: String) = text.linesIterator.take(1).mkString
}
