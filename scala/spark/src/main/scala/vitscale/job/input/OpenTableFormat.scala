package vitscale.job.input

import java.io.IOException
import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._
import scala.collection.mutable

import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{Path => HadoopPath}
import org.apache.spark.sql.SparkSession

import vitscale.UsageException
import vitscale.hadoop.Location
import vitscale.job.output.TableFormat
import vitscale.job.records.FileEntry

/** Table formats whose log lists the live files. Their folders also hold deleted and replaced rows, so their Parquet files
  * are refused.
  *
  * @param name
  *   of the format
  * @param source
  *   name of its data source in Spark
  * @param log
  *   name of the log, for messages
  */
final private[job] case class OpenTableFormat(name: String, source: String, log: String) {

  /** Whether `--input table` reads it. */
  def isRead: Boolean = OpenTableFormat.readable(source)

  /** What the user of such a folder can do instead. */
  def remedy(folder: String): String =
    if (isRead) s"Read its live rows with --input table --images $folder."
    else
      "Write the live rows to a new folder, and give that folder: " +
        s"""spark.read.format("$source").load("$folder").write.parquet("NEW_FOLDER")."""
}

private[job] object OpenTableFormat {

  private val readable = TableFormat.open.map(_.name).toSet
  private val MetadataFile = ".*\\.metadata\\.json(\\.gz)?"

  private val byFolder = Seq(
    "_delta_log" -> OpenTableFormat("a Delta table", "delta", "_delta_log"),
    ".hoodie" -> OpenTableFormat("a Hudi table", "hudi", ".hoodie"),
    "_spark_metadata" -> OpenTableFormat("the sink of a Spark stream", "parquet", "_spark_metadata")
  )

  private val iceberg = OpenTableFormat("an Iceberg table", "iceberg", "metadata/*.metadata.json")

  /** @throws vitscale.UsageException
    *   if a file lies in such a table, at any depth
    */
  def refuse(files: Seq[FileEntry], configuration: Configuration): Unit = {
    val folders = mutable.LinkedHashSet.empty[String]
    files.foreach(file => above(file.path, configuration).takeWhile(folders.add).foreach(_ => ()))
    for (folder <- folders; format <- of(folder, configuration))
      throw new UsageException(
        s"$folder is ${format.name} (${format.log}): its Parquet files may hold deleted rows. " +
          format.remedy(folder)
      )
  }

  /** Read the live rows of a table's folder.
    *
    * @throws vitscale.UsageException
    *   if it is no table of a format that can be read
    */
  def read(spark: SparkSession, name: String): TableRead = {
    val configuration = spark.sparkContext.hadoopConfiguration
    val (found, folder) = Location.parse(name, configuration) match {
      case Location.Local(path) => local(path) -> s"file:$path"
      case Location.Hadoop(path) => remote(path, configuration) -> path.toString
    }
    found match {
      case Some(format) if format.isRead => TableRead.folder(spark, folder, format.source)
      case _ =>
        throw new UsageException(
          s"$name is ${found.fold("no table")(_.name)}; expected the folder of a Delta or an Iceberg table. Name a table of a " +
            "catalog with --table, or read Parquet files with --input parquet."
        )
    }
  }

  /** The folders above a file, from the nearest on. A partition (`day=1`) is never a table. */
  private def above(file: String, configuration: Configuration): Iterator[String] = {
    val parents: Iterator[String] = StoredFile.named(file, configuration) match {
      case StoredFile.Local(path) =>
        Iterator.iterate(path.getParent)(_.getParent).takeWhile(_ != null).map(_.toString)
      case StoredFile.Remote(path, _) =>
        Iterator.iterate(path.getParent)(_.getParent).takeWhile(_ != null).map(_.toString)
    }
    parents.filterNot(_.split('/').lastOption.exists(_.contains('=')))
  }

  private def of(folder: String, configuration: Configuration): Option[OpenTableFormat] =
    StoredFile.named(folder, configuration) match {
      case StoredFile.Local(path) => local(path)
      case StoredFile.Remote(path, settings) => remote(path, settings)
    }

  private def local(folder: Path): Option[OpenTableFormat] =
    byFolder.collectFirst { case (log, format) if Files.isDirectory(folder.resolve(log)) => format }.orElse {
      val metadata = folder.resolve("metadata")
      val names =
        try {
          val entries = Files.list(metadata)
          try entries.iterator().asScala.map(_.getFileName.toString).toList
          finally entries.close()
        } catch { case _: IOException => Nil }
      if (names.exists(_.matches(MetadataFile))) Some(iceberg) else None
    }

  /** A folder above that may not be read is not part of what was named. */
  private def remote(folder: HadoopPath, configuration: Configuration): Option[OpenTableFormat] =
    try {
      val system = folder.getFileSystem(configuration)
      byFolder
        .collectFirst { case (log, format) if system.exists(new HadoopPath(folder, log)) => format }
        .orElse {
          val metadata = new HadoopPath(folder, "metadata")
          val names =
            if (system.exists(metadata)) system.listStatus(metadata).map(_.getPath.getName)
            else Array.empty[String]
          if (names.exists(_.matches(MetadataFile))) Some(iceberg) else None
        }
    } catch { case _: IOException => None }
}
