package vitscale.job.input

import scala.util.control.NonFatal

import org.apache.spark.SparkContext

import vitscale.UsageException
import vitscale.job.output.{Counters, PathHashes}
import vitscale.job.records.{FileEntry, Ignored, ReadFailure, ReadImage, Stage}

/** Parquet files with one encoded image per row, read by row group. */
final private[job] class ParquetSource(
    context: SparkContext,
    pathColumn: String,
    contentColumn: String,
    reading: Reading,
    say: String => Unit
) {

  import ParquetSource._

  private lazy val noPaths = context.broadcast(new PathHashes)

  /** Inspect files. A file that cannot be read counts as one failed image.
    *
    * @throws vitscale.UsageException
    *   if no file can be read, or none has the columns
    */
  def open(files: Seq[FileEntry], ignored: Ignored): Input = {
    val (bad, good) = split(files)
    requireColumns(bad, good)
    good.flatMap(file => ImageColumns.note(file.columns, pathColumn, contentColumn)).distinct.foreach(say)
    val rows = good.flatMap(toPieces)
    val repeated = context.broadcast(repeatedPaths(rows))
    val pieces = rows.map(_.copy(repeated = repeated))
    val counts = done(pieces)
    val waiting =
      pieces.zip(counts).map { case (piece, of) => piece.copy(waiting = piece.waiting - of.passedOver) }
    val unread = bad.filterNot(image => reading.done.contains(image.path))
    val before =
      (counts ++ bad.map(image => reading.done.counts(image.path))).foldLeft(Counters.nothing)(_ + _)
    val work = (waiting :+ Unreadable(unread)).filter(_.waiting > 0).toIndexedSeq
    val chosen = pieces.map(_.waiting).sum + bad.size - before.leftOut
    Input(new PieceSource(context, work, reading), chosen, before, ignored)
  }

  private def split(files: Seq[FileEntry]): (Seq[ReadImage], Seq[Layout]) = {
    val (settings, path, content) = (reading, pathColumn, contentColumn)
    val looked = PieceSource.inTasks(context, files)(layout(_, settings, path, content))
    (looked.collect { case Left(image) => image }, looked.collect { case Right(file) => file })
  }

  private def requireColumns(bad: Seq[ReadImage], good: Seq[Layout]): Unit = {
    if (good.isEmpty) bad.headOption.foreach(first => throw new UsageException(explain(first, bad.size)))
    if (good.forall(_.problem.isDefined))
      good.flatMap(_.problem).headOption.foreach(problem => throw new UsageException(problem))
  }

  private def toPieces(file: Layout): Seq[ParquetPiece] =
    file.pieces.map(groups =>
      ParquetPiece(file.path, file.columns, groups.range, groups.first, noPaths, groups.rows)
    )

  /** The paths that stand in more than one row. */
  private def repeatedPaths(pieces: Seq[ParquetPiece]): PathHashes = {
    val named = pieces.filter(_.columns.path.isDefined)
    val found = new PathHashes
    if (named.nonEmpty) {
      val (settings, tasks) = (reading, PieceSource.tasks(context, named.size))
      val hashes = context
        .parallelize(named, tasks)
        .flatMap(_.paths(settings))
        .filter(_ != null)
        .map(path => PathHashes.hash(path) -> 1)
      hashes.reduceByKey(_ + _, tasks).filter(_._2 > 1).keys.toLocalIterator.foreach { case (first, second) =>
        found.addHash(first, second)
      }
    }
    found
  }

  private def done(pieces: Seq[ParquetPiece]): Seq[Counters.Counts] = {
    val settings = reading
    if (reading.done.isEmpty) pieces.map(_ => Counters.nothing)
    else PieceSource.inTasks(context, pieces)(_.counts(settings))
  }
}

private object ParquetSource {

  /** What a file's footer says.
    *
    * @param problem
    *   why rows do not have the path that the user named
    */
  final case class Layout(
      path: String,
      columns: ImageColumns,
      pieces: Seq[ParquetGroups],
      problem: Option[String]
  )

  private def layout(
      file: FileEntry,
      reading: Reading,
      path: String,
      content: String
  ): Either[ReadImage, Layout] =
    file.problem match {
      case Some(problem) => Left(ReadImage(file.path, file.size, Left(ReadFailure(Stage.List, problem))))
      case None =>
        read(file, reading, path, content).left.map(reason => reading.failed(file.path, file.size, reason))
    }

  private def read(file: FileEntry, reading: Reading, path: String, content: String): Either[String, Layout] =
    if (file.size.contains(0L)) Left("the file is empty: 0 bytes")
    else
      try {
        val reader = ParquetInput.open(file.path, reading.configuration)
        try {
          val schema = reader.getFileMetaData.getSchema
          ImageColumns.of(schema, path, content).map { columns =>
            Layout(file.path, columns, ParquetGroups.of(reader, columns), ImageColumns.noPath(schema, path))
          }
        } finally reader.close()
      } catch { case NonFatal(error) => Left(s"it cannot be read as Parquet: ${ParquetRows.reason(error)}") }

  private def explain(first: ReadImage, files: Int): String = {
    val others = if (files == 1) "" else s" and ${files - 1} other files"
    s"${first.path}$others: ${first.content.fold(_.reason, _ => "")}"
  }
}
