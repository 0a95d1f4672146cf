package vitscale

import java.io.IOException
import java.net.URI

import org.apache.hadoop.fs.permission.FsPermission
import org.apache.hadoop.fs.{FSDataOutputStream, Path, RawLocalFileSystem}
import org.apache.hadoop.util.Progressable

/** Local files as an object store has them: no checksums beside them, none of what Hadoop does not ask of a file system,
  * and a file is created after a look whether it is there, so that several may.
  */
class PlainFiles extends RawLocalFileSystem {

  override def getScheme: String = "plain"

  override def getUri: URI = URI.create("plain:///")

  override def createNonRecursive(
      file: Path,
      permission: FsPermission,
      overwrite: Boolean,
      bufferSize: Int,
      replication: Short,
      blockSize: Long,
      progress: Progressable
  ): FSDataOutputStream =
    throw new IOException(s"createNonRecursive unsupported for this filesystem $getClass")
}
