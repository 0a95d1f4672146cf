package vitscale.delta

import java.io.ByteArrayOutputStream
import java.lang.{Boolean => JavaBoolean}
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.FileAlreadyExistsException
import java.util.{Iterator => JavaIterator}

import io.delta.storage.HadoopFileSystemLogStore
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.Path

import vitscale.hadoop.S3ConditionalPut

/** A log store of Delta for S3 on which several drivers, also on several machines, may write to one table.
  *
  * A commit of Delta is the creation of the next file of its log. Delta's own log store for S3 keeps only the drivers of one JVM
  * apart (`S3SingleDriverLogStore`). This one lets S3 itself create the file for one of them. All programs that write
  * to the table must use it, or another one with conditional writes: `spark.delta.logStore.s3a.impl`.
  */
final class S3ConditionalLogStore(configuration: Configuration)
    extends HadoopFileSystemLogStore(configuration) {

  override def write(
      path: Path,
      actions: JavaIterator[String],
      overwrite: JavaBoolean,
      settings: Configuration
  ): Unit = {
    val content = new ByteArrayOutputStream()
    while (actions.hasNext) content.write(s"${actions.next()}\n".getBytes(UTF_8))
    if (overwrite) replace(path, content.toByteArray, settings)
    else if (!S3ConditionalPut.create(path, content.toByteArray, settings))
      throw new FileAlreadyExistsException(path.toString)
  }

  /** An object appears whole. */
  override def isPartialWriteVisible(path: Path, settings: Configuration): JavaBoolean = false

  private def replace(path: Path, content: Array[Byte], settings: Configuration): Unit = {
    val stream = path.getFileSystem(settings).create(path, true)
    try stream.write(content)
    finally stream.close()
  }
}
