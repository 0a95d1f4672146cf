package vitscale.bench

import java.io.IOException
import java.nio.file.{Files, Path}
import java.util.Locale

import scala.collection.JavaConverters._

import org.apache.spark.sql.{DataFrame, DataFrameReader}

import vitscale.{SparkPaths, UsageException}

/** The images of a benchmark.
  *
  * @param root
  *   the folder that was named
  * @param files
  *   image files below it, in the order of their relative paths
  * @param isWhole
  *   whether these are all the images of the folder, so that a reader may be given the folder itself
  */
final case class ImageFolder(root: Path, files: IndexedSeq[Path], isWhole: Boolean) {

  def size: Int = files.size

  def bytes: Long = files.map(Files.size(_)).sum

  def take(count: Int): ImageFolder =
    if (count >= size) this else copy(files = files.take(count), isWhole = false)

  /** Loads them with one of Spark's readers. */
  def load(reader: DataFrameReader): DataFrame =
    SparkPaths.load(
      reader,
      (if (isWhole) Seq(root) else files).map(_.toString),
      files.map(_.getFileName.toString)
    )

  def relative(file: Path): String = root.relativize(file).toString
}

object ImageFolder {

  /** Names that count as images; the same list as in Python's `vitscale.images`. */
  val extensions: Set[String] = Set("bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp")

  /** Lists the images below a folder, class folders or flat; names that Spark skips (`.x`, `_x`) are skipped.
    *
    * @param limit
    *   at most so many, the first ones
    * @throws vitscale.UsageException
    *   if there is no such folder, it cannot be read, or it holds no image
    */
  def open(root: Path, limit: Option[Int] = None): ImageFolder = {
    if (!Files.exists(root))
      throw new UsageException(s"There is no folder $root. Name one that holds images.")
    if (!Files.isDirectory(root))
      throw new UsageException(
        s"$root is a file; a folder of images is needed. Name the folder that holds it."
      )
    val files = list(root)
    if (files.isEmpty)
      throw new UsageException(
        s"$root holds no image: no file below it ends in ${extensions.toSeq.sorted.mkString(", ")}."
      )
    val all = ImageFolder(root.toAbsolutePath.normalize, files, isWhole = true)
    limit.fold(all)(all.take)
  }

  private def list(root: Path): IndexedSeq[Path] = {
    val absolute = root.toAbsolutePath.normalize
    try {
      val paths = Files.walk(absolute)
      try
        paths
          .iterator()
          .asScala
          .filter(path => isVisible(absolute.relativize(path)) && isImage(path))
          .toIndexedSeq
          .sortBy(absolute.relativize(_).toString)
      finally paths.close()
    } catch {
      case error @ (_: IOException | _: java.io.UncheckedIOException) =>
        throw new UsageException(
          s"$root cannot be listed: ${error.getMessage}. Check its permissions.",
          error
        )
    }
  }

  private def isVisible(relative: Path): Boolean =
    relative.iterator().asScala.map(_.toString).forall(name => !name.startsWith(".") && !name.startsWith("_"))

  private def isImage(path: Path): Boolean = {
    val name = path.getFileName.toString.toLowerCase(Locale.ROOT)
    extensions.contains(name.drop(name.lastIndexOf('.') + 1)) && Files.isRegularFile(path)
  }
}
