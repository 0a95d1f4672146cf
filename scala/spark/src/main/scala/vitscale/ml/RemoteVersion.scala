package vitscale.ml

import java.io.FileNotFoundException

import scala.jdk.CollectionConverters._

import org.apache.hadoop.fs.{FileSystem, Path}
import org.apache.hadoop.util.functional.RemoteIterators

/** What tells a model from another one that was uploaded to the same path.
  *
  * @param bytes
  *   size of all its files
  * @param changed
  *   latest modification time of a file, in milliseconds
  */
final private[vitscale] case class RemoteVersion(bytes: Long, changed: Long)

private[ml] object RemoteVersion {

  /** The version of a folder; none if it is not there or empty.
    *
    * @throws java.io.IOException
    *   if it cannot be listed
    */
  def of(system: FileSystem, folder: Path): Option[RemoteVersion] = {
    val files =
      try RemoteIterators.toList(system.listFiles(folder, true)).asScala.toSeq
      catch { case _: FileNotFoundException => Seq.empty }
    if (files.isEmpty) None
    else Some(RemoteVersion(files.map(_.getLen).sum, files.map(_.getModificationTime).max))
  }
}
