package vitscale.job.output

import org.apache.hadoop.conf.Configuration

import vitscale.hadoop.Location

/** File operations on the output folder. Paths are relative to the folder, with `/` between names. Tasks read with it too.
  *
  * Every method throws `java.io.IOException` if it fails.
  */
trait Storage extends Serializable {

  /** The folder, for messages. */
  def location: String

  /** The folder as Spark's data sources name it. */
  def uri: String

  /** Whether a file is in the place of the folder. */
  def isFile: Boolean

  def makeFolder(path: String): Unit

  /** Write a new file and force it to the disk. The file must not exist; its folder must. */
  def create(path: String, content: Array[Byte]): Unit

  /** Write a new file, if no other process does. Of several processes with different contents, one succeeds.
    *
    * @return
    *   whether this call created the file
    */
  def createFirst(path: String, content: Array[Byte]): Boolean

  /** Whether [[createFirst]] is exclusive on the server itself, so that two processes never both succeed. */
  def isExclusive: Boolean

  /** Whether it is a file system, not an object store: it also renames atomically. */
  def isFileSystem: Boolean

  /** Write a file over an existing one. The write is not atomic: a reader may see a part of it. */
  def overwrite(path: String, content: Array[Byte]): Unit

  /** Move a file in one step to a path that does not exist. */
  def rename(from: String, to: String): Unit

  /** Replace a file by another, in one step if the file system can. */
  def replace(from: String, to: String): Unit

  /** Names in a folder; none if there is no such folder. */
  def list(path: String): Seq[String]

  def read(path: String): Array[Byte]

  /** Delete a file, or a folder with its content, if it exists. */
  def delete(path: String): Unit
}

object Storage {

  def at(place: Location, configuration: Configuration): Storage = place match {
    case Location.Local(path) => new LocalStorage(path)
    case Location.Hadoop(path) => new HadoopStorage(path, configuration)
  }
}
