package vitscale.command

import java.io.IOException
import java.nio.file.{Files, Path}

import vitscale.UsageException

/** Names that are too many for a command line, in a file with a NUL byte between them, as `find -print0` writes it. */
private[vitscale] object NameList {

  /** @throws UsageException
    *   if there is no such file
    */
  def read(file: Path): Seq[String] =
    try new String(Files.readAllBytes(file), "UTF-8").split('\u0000').filter(_.nonEmpty).toVector
    catch {
      case error: IOException =>
        throw new UsageException(
          s"The list $file cannot be read: ${error.getMessage}. Check its path and permissions.",
          error
        )
    }
}
