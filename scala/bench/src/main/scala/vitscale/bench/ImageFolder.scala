package vitscale.bench

import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._
import scala.collection.mutable.ArrayBuffer

import org.apache.spark.sql.{DataFrame, DataFrameReader}

import vitscale.job.input.{ListingRules, LocalListing, Selection}
import vitscale.job.records.{FileEntry, Ignored}
import vitscale.sql.SparkPaths
import vitscale.{FileUri, UsageException}

/** The images of a benchmark.
  *
  * @param root
  *   the folder of the user, or the common folder of the listed files
  * @param files
  *   image files below it, in the order of their relative paths
  * @param isWhole
  *   whether these are all images of the folder, so that a reader can load the folder itself
  * @param ignored
  *   files and folders that the search left aside
  * @param problems
  *   entries that cannot be listed: folders without permission, dead or circular links, pipes
  * @param isSearched
  *   whether the root was searched; false if the files were listed one by one
  */
final case class ImageFolder(
    root: Path,
    files: IndexedSeq[Path],
    isWhole: Boolean,
    ignored: Ignored = Ignored.none,
    problems: Seq[FailedImage] = Seq.empty,
    isSearched: Boolean = true
) {

  def size: Int = files.size

  def bytes: Long = files.map(Files.size(_)).sum

  def take(count: Int): ImageFolder =
    if (count >= size) this else copy(files = files.take(count), isWhole = false)

  /** Load the images with one of Spark's readers, without those that it cannot open (`ImageFolder.leftOutBySpark`). */
  def load(reader: DataFrameReader): DataFrame =
    SparkPaths.load(reader, inputPaths.map(_.toString), files.map(_.getFileName.toString))

  /** The paths for a reader: the folder itself if the reader's own search finds the same files. */
  private[bench] def inputPaths: Seq[Path] =
    if (isWhole && isReadAlike) Seq(root) else files.filter(FileUri.isText)

  /** Whether Spark's search of the folder finds the same files: it skips names that start with `_`, it cannot open names
    * that are not UTF-8, and a folder that it may not read ends it.
    */
  private lazy val isReadAlike: Boolean =
    problems.isEmpty && files.forall { file =>
      FileUri.isText(file) && !root.relativize(file).iterator().asScala.exists(ImageFolder.isSkippedBySpark)
    }

  /** The name of an image in results and for Python: its path below the root, or its URI if that path is not UTF-8. */
  def relative(file: Path): String = {
    val below = root.relativize(file)
    if (FileUri.isText(below)) below.toString else file.toUri.toASCIIString
  }
}

object ImageFolder {

  /** Why Spark's readers skip a file regardless of its content; none if they open it. */
  def leftOutBySpark(file: Path): Option[String] =
    if (!FileUri.isText(file)) Some("Spark's readers cannot open a name that is not UTF-8; rename it")
    else if (isSkippedBySpark(file.getFileName)) Some("Spark's readers skip names that start with _")
    else None

  /** Whether Spark's readers skip a file of this name, even one that is named to them. */
  private def isSkippedBySpark(name: Path): Boolean =
    name.toString.startsWith("_") && !name.toString.contains("=")

  /** Images that were listed before.
    *
    * @param files
    *   what `relative` gives of each
    * @param isSearched
    *   whether the folder was searched for them
    */
  def named(root: Path, files: Seq[String], isSearched: Boolean = true): ImageFolder =
    ImageFolder(root, files.map(resolved(root, _)).toIndexedSeq, isWhole = false, isSearched = isSearched)

  /** No path below a folder has several slashes side by side, so a URI is none. */
  private def resolved(root: Path, file: String): Path =
    Some(file).filter(_.startsWith("file:///")).flatMap(FileUri.path).getOrElse(root.resolve(file))

  /** Lists the images below a folder, class folders or flat, by the rules of the job.
    *
    * @param limit
    *   largest number of images; the first ones are taken
    * @param allFiles
    *   include hidden files and files without an image suffix
    * @throws vitscale.UsageException
    *   if there is no such folder, it cannot be read, or it holds no image
    */
  def open(root: Path, limit: Option[Int] = None, allFiles: Boolean = false): ImageFolder = {
    if (!Files.exists(root))
      throw new UsageException(s"There is no folder $root. Name one that holds images.")
    if (!Files.isDirectory(root))
      throw new UsageException(
        s"$root is a file; a folder of images is needed. Name the folder that holds it."
      )
    val all = list(root.toAbsolutePath.normalize, allFiles)
    if (all.files.isEmpty)
      throw new UsageException(all.problems.find(_.file.isEmpty) match {
        case Some(problem) => s"$root cannot be listed: ${problem.reason}. Check its permissions."
        case None => ListingRules.noImage(Seq(root.toString), all.ignored)
      })
    limit.fold(all)(all.take)
  }

  private def list(root: Path, allFiles: Boolean): ImageFolder = {
    val found = ArrayBuffer.empty[FileEntry]
    val listing = new LocalListing(ListingRules(allFiles), excluded = None, found += _)
    listing.walk(root, Selection.whole)
    val (good, bad) = found.partition(listed => listed.problem.isEmpty && listed.size.isDefined)
    def path(listed: FileEntry): Path = FileUri.local(listed.path).getOrElse(Paths.get(listed.path))
    val folder = ImageFolder(
      root,
      good.map(path).sortBy(root.relativize(_).toString).toIndexedSeq,
      isWhole = true,
      listing.ignored
    )
    folder.copy(problems =
      bad
        .map(one => FailedImage(folder.relative(path(one)), one.problem.getOrElse(DeadLink)))
        .sortBy(_.file)
        .toSeq
    )
  }

  private val DeadLink = "a link to a file that is not there, or that may not be read"
}
