package vitscale.job.input

import java.io.{BufferedInputStream, FileInputStream, IOException, InputStream}
import java.nio.file.attribute.BasicFileAttributes
import java.nio.file.{Files, Path, Paths}
import java.util.Locale
import java.util.zip.GZIPInputStream

import scala.collection.mutable
import scala.util.Try

import org.apache.hadoop.conf.Configuration

import vitscale.{FileUri, UsageException}
import vitscale.hadoop.{Location, RemoteFiles}
import vitscale.job.records.FileEntry

/** Reads lists of paths: text with one path per line, CSV or Parquet with a column of paths. Lists are streamed.
  *
  * @param column
  *   the column with the paths, in CSV and Parquet
  * @param output
  *   folder that is not searched for lists
  */
final private[job] class PathList(configuration: Configuration, column: String, output: Option[Location]) {

  import PathList._

  private val asked = mutable.Set.empty[(String, String)]

  /** Pass every path to `found`, in the form of a listing. A path that no file can have is passed with its problem.
    *
    * @param name
    *   a file, a pipe, a folder of files, a pattern, a URI of a Hadoop file system, or `-` for standard input
    * @throws vitscale.UsageException
    *   if the list cannot be read
    */
  def read(name: String)(found: FileEntry => Unit): Unit =
    if (name == StandardInput) explained(name)(readStream(name, System.in, found))
    else if (isPipe(name))
      explained(name)(readStream(name, new FileInputStream(local(name).get.toFile), found))
    else {
      val rules = ListingRules(allFiles = true, kind = InputKind.Parquet)
      new Listing(configuration, rules, output).list(Seq(name)) { file =>
        file.problem.foreach(problem => throw new UsageException(s"${file.path} cannot be read: $problem."))
        explained(file.path)(readFile(file.path, found))
      }
      ()
    }

  /** Whether it is a pipe, as the shell's `<(command)` makes one. */
  private def isPipe(name: String): Boolean = local(name).exists(path =>
    Files.exists(path) && Files.readAttributes(path, classOf[BasicFileAttributes]).isOther
  )

  private def local(name: String): Option[Path] =
    Some(Location.parse(name, configuration)).collect { case Location.Local(path) => path }

  private def readFile(path: String, found: FileEntry => Unit): Unit = {
    val stream = StoredFile.named(path, configuration).open(0)
    try
      if (startsWith(stream, Parquet)) readParquet(path, found)
      else {
        stream.close()
        readStream(path, StoredFile.named(path, configuration).open(0), found)
      }
    finally stream.close()
  }

  private def readStream(name: String, raw: InputStream, found: FileEntry => Unit): Unit = {
    val buffered = new BufferedInputStream(raw, TextLines.Window)
    try {
      val stream =
        if (TextLines.head(buffered).startsWith(Gzip))
          new BufferedInputStream(new GZIPInputStream(buffered), TextLines.Window)
        else buffered
      val head = TextLines.head(stream)
      NoList.nameOf(head).foreach { what =>
        throw new UsageException(
          s"it is $what; expected a list of paths. Save it as UTF-8 text with one path per line, or as CSV or Parquet."
        )
      }
      if (head.startsWith(ByteOrderMark)) stream.skipNBytes(ByteOrderMark.length.toLong)
      separator(name) match {
        case Some(delimiter) => CsvColumn.read(stream, delimiter, column)(value => found(entry(name, value)))
        case None =>
          TextLines.read(stream)(line => found(line.fold(notUtf8, text => entry(name, (0, Some(text))))))
      }
    } finally buffered.close()
  }

  private def readParquet(path: String, found: FileEntry => Unit): Unit = {
    val reader = ParquetInput.open(path, configuration)
    val rows = new ParquetRows(reader)
    try {
      val values = ImageColumns.valuesOf(reader.getFileMetaData.getSchema, column) match {
        case Right(values) => values
        case Left(problem) => throw new UsageException(problem)
      }
      rows.sizes.indices.iterator.flatMap(rows.texts(_, values)).zipWithIndex.foreach { case (text, row) =>
        found(entry(path, (row.toLong, Option(text))))
      }
    } finally rows.close()
  }

  /** A row of a list as a file. */
  private def entry(list: String, value: (Long, Option[String])): FileEntry = value match {
    case (_, Some(text)) if text.trim.nonEmpty => file(text)
    case (row, _) => FileEntry(s"$list#$row", None, Some("the row of the list has no path"))
  }

  private def file(text: String): FileEntry =
    try
      Location.parse(text, configuration) match {
        case Location.Local(path) => FileEntry(FileUri.text(path), None)
        case Location.Hadoop(path) =>
          val uri = path.toUri
          if (asked.add((uri.getScheme, uri.getAuthority)))
            RemoteFiles.requireAnswers(Seq(path), configuration)
          FileEntry(path.toString, None)
      }
    catch { case error: UsageException => FileEntry(text, None, Some(error.getMessage)) }
}

private[job] object PathList {

  val StandardInput = "-"

  private val Parquet = bytes(0x50, 0x41, 0x52, 0x31)
  private val Gzip = bytes(0x1f, 0x8b)
  private val ByteOrderMark = bytes(0xef, 0xbb, 0xbf)

  private def bytes(values: Int*): Array[Byte] = values.map(_.toByte).toArray

  /** The character between the columns, by the list's name; none if it is text. */
  private def separator(name: String): Option[Char] = {
    val lower = name.toLowerCase(Locale.ROOT).stripSuffix(".gz")
    if (lower.endsWith(".csv")) Some(',') else if (lower.endsWith(".tsv")) Some('\t') else None
  }

  private def startsWith(stream: InputStream, magic: Array[Byte]): Boolean =
    stream.readNBytes(magic.length).sameElements(magic)

  /** A file whose name has these bytes; if there is none, they are kept in a name, so that two such paths stay apart. */
  private def notUtf8(line: Array[Byte]): FileEntry = {
    val name =
      line
        .map(byte => if (byte < 0x20 || byte == '%') f"%%${byte & 0xff}%02X" else byte.toChar.toString)
        .mkString
    val file = Try(Paths.get("").toAbsolutePath.resolve(FileUri.ofBytes(line))).toOption
    file
      .filter(Files.exists(_))
      .fold(
        FileEntry(name, None, Some("the path is not UTF-8; its bytes are percent-encoded here"))
      )(path => FileEntry(FileUri.text(path.normalize), None))
  }

  private def explained[A](name: String)(action: => A): A =
    try action
    catch {
      case error: UsageException => throw new UsageException(s"$name: ${error.getMessage}", error)
      case error @ (_: IOException | _: RuntimeException)
          if !error.isInstanceOf[vitscale.VitscaleException] =>
        throw new UsageException(
          s"$name cannot be read as a list of paths: ${ParquetRows.reason(error)}. Save it as UTF-8 text with one path " +
            "per line, or as CSV or Parquet.",
          error
        )
    }
}
