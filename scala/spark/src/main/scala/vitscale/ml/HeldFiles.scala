package vitscale.ml

import java.io.OutputStream
import java.nio.channels.{Channels => Streams, FileChannel}
import java.nio.file.{Files, Path, StandardOpenOption}
import java.util.concurrent.ConcurrentHashMap

import scala.jdk.CollectionConverters._

import org.apache.commons.io.IOUtils

/** Files that this process keeps open, so that they can be read after their folder was deleted.
  *
  * Overwriting a pipeline deletes its folder before its stages are saved. A stage that was loaded from there would lose its
  * model.
  */
private[ml] object HeldFiles {

  private type Channels = Map[Path, FileChannel]

  private val held = new ConcurrentHashMap[Path, Channels]()

  /** Opens all files of a folder, once for this process. */
  def hold(folder: Path): Unit = {
    held.compute(folder, (_, earlier) => opened(folder, Option(earlier)))
    ()
  }

  /** Copies the files that were held of a folder.
    *
    * @param create
    *   opens the target of a file by its path below the folder
    * @return
    *   whether there are any
    */
  def copy(folder: Path, create: Path => OutputStream): Boolean = {
    val files = Option(held.get(folder)).getOrElse(Map.empty)
    files.foreach { case (file, channel) =>
      val target = create(file)
      try
        channel.synchronized {
          channel.position(0)
          IOUtils.copyLarge(Streams.newInputStream(channel), target)
        }
      finally target.close()
    }
    files.nonEmpty
  }

  private def opened(folder: Path, earlier: Option[Channels]): Channels = {
    earlier.toSeq.flatMap(_.values).foreach(_.close())
    val all = Files.walk(folder)
    try
      all
        .iterator()
        .asScala
        .filter(Files.isRegularFile(_))
        .map(file => folder.relativize(file) -> FileChannel.open(file, StandardOpenOption.READ))
        .toMap
    finally all.close()
  }
}
