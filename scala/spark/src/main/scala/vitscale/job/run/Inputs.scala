package vitscale.job.run

import scala.collection.mutable.ArrayBuffer

import org.apache.spark.sql.SparkSession
import org.apache.spark.util.SerializableConfiguration

import vitscale.UsageException
import vitscale.hadoop.Location
import vitscale.job.input.{
  FileQueue,
  FileSource,
  FirstFiles,
  Input,
  InputKind,
  Listing,
  ListingRules,
  OpenTableFormat,
  ParquetSource,
  PathList,
  PieceSource,
  Reading,
  Repeats,
  TableInput,
  TableRead,
  TarSource
}
import vitscale.job.output.{Choice, CommitBuffer, Counters, Done}
import vitscale.job.records.{FileEntry, Ignored}

/** Lists the input, and separates new images from images that have a row. */
final private[job] class Inputs(
    spark: SparkSession,
    options: JobOptions,
    output: Option[Location],
    rows: CommitBuffer,
    say: String => Unit
) {

  private val context = spark.sparkContext
  private val configuration = context.hadoopConfiguration
  private lazy val shared = context.broadcast(new SerializableConfiguration(configuration))

  /** List the input.
    *
    * @throws vitscale.UsageException
    *   if it holds no image, or `--sample` chooses none of them
    */
  def look(): Input = {
    val input = options.inputKind match {
      case InputKind.Files => files(each)
      case InputKind.Parquet => requireImages(parquet())(_ => "its Parquet files have no rows")
      case InputKind.Tar => requireImages(tar())(noMember)
      case InputKind.Table => requireImages(table())(_ => "the table has no rows")
    }
    options.sample.filter(_ => input.files == 0 && input.before.leftOut > 0 && !options.watch).foreach {
      sample =>
        throw new UsageException(
          s"--sample ${sample.text} chooses none of the ${input.before.leftOut} images. Choose a larger share."
        )
    }
    input
  }

  /** @param each
    *   calls a function with each file of the input once
    */
  private def files(each: (FileEntry => Unit) => Ignored): Input = {
    val spool = FileQueue.create()
    val known = new Known(rows.done.of(options.sample.getOrElse(Choice.All)))
    val fresh = (listed: FileEntry) => if (!known.count(listed.path)) spool.add(listed)
    val (ignored, leftOut) = options.limit.fold((each(fresh), 0L)) { limit =>
      val first = new FirstFiles(limit)
      val ignored = each(first.add)
      val leftOut = first.leftOut
      first.takeAll().foreach(fresh)
      (ignored, leftOut)
    }
    val before = known.counts.copy(leftOut = known.counts.leftOut + leftOut)
    val source = new FileSource(context, spool, options.maxBytes, options.readAhead, shared)
    Input(source, before.sum + spool.size, before, ignored)
  }

  /** All files of the input, each once. */
  private def each(found: FileEntry => Unit): Ignored =
    if (options.imagesFrom.isEmpty) list(found) else distinct(found)

  /** A listing has every file once. */
  private def list(found: FileEntry => Unit): Ignored =
    if (options.images.isEmpty) Ignored.none
    else new Listing(configuration, listingRules, output).list(options.images)(found)

  /** Files of folders and of lists, each once. */
  private def distinct(found: FileEntry => Unit): Ignored = once(found) { add =>
    val ignored = list(add)
    val lists = new PathList(configuration, options.pathColumn, output)
    options.imagesFrom.foreach(lists.read(_)(add))
    ignored
  }

  /** Files that may be named several times, each once. */
  private def once(found: FileEntry => Unit)(named: (FileEntry => Unit) => Ignored): Ignored = {
    val (all, repeats) = (FileQueue.create(), new Repeats)
    try {
      val ignored = named { listed =>
        all.add(listed)
        repeats.add(listed.path)
      }
      val repeated = repeats.positions()
      Iterator
        .continually(all.take(Inputs.AtOnce, Double.PositiveInfinity))
        .takeWhile(_.nonEmpty)
        .flatten
        .zip(Iterator.iterate(0L)(_ + 1))
        .foreach { case (listed, position) => if (!repeated.contains(position)) found(listed) }
      ignored
    } finally {
      all.close()
      repeats.close()
    }
  }

  private def table(): Input = {
    val read = options.tables.headOption.fold(OpenTableFormat.read(spark, options.images.head))(
      TableRead.named(spark, _)
    )
    val table = new TableInput(read, options.pathColumn, options.contentColumn)
    table.notes.foreach(say)
    val input =
      if (table.hasImages) table.open(reading(rows.done.of(choice(table.firstPaths))))
      else
        files(found => once(found) { add => table.files(add); Ignored.none })
    input.copy(tables = Seq(read.version))
  }

  private def parquet(): Input = {
    val (files, ignored) = containers()
    OpenTableFormat.refuse(files, configuration)
    chosen { (reading, isFirstLook) =>
      val report = if (isFirstLook) say else (_: String) => ()
      new ParquetSource(context, options.pathColumn, options.contentColumn, reading, report)
        .open(files, ignored)
    }
  }

  private def tar(): Input = {
    val (files, ignored) = containers()
    chosen((reading, _) =>
      new TarSource(context, ListingRules(options.allFiles), reading).open(files, ignored)
    )
  }

  private def noMember(left: Ignored): String =
    s"no member of a shard is an image (${left.otherNames} with other suffixes, ${left.hidden} hidden). " +
      "Add --all-files to include every member"

  /** Open files that hold many images each. With `--limit`, their paths are read before, to find the last one.
    *
    * @param open
    *   opens the files; the flag is true for the first call only
    */
  private def chosen(open: (Reading, Boolean) => Input): Input =
    options.limit match {
      case None => open(reading(rows.done.of(options.sample.getOrElse(Choice.All))), true)
      case Some(limit) =>
        val paths = open(reading(new Done(Seq.empty)), true).source match {
          case pieces: PieceSource => pieces.firstPaths(limit)
          case other => throw new IllegalStateException(s"${other.getClass.getName} has no pieces")
        }
        open(reading(rows.done.of(Inputs.upTo(paths))), false)
    }

  /** The user's choice among images whose paths are keys. */
  private def choice(firstPaths: Int => Seq[String]): Choice =
    options.limit.fold(options.sample.getOrElse[Choice](Choice.All))(limit => Inputs.upTo(firstPaths(limit)))

  private def requireImages(input: Input)(reason: Ignored => String): Input = {
    if (input.files == 0 && input.before.leftOut == 0)
      throw new UsageException(
        s"${(options.images ++ options.tables).mkString(", ")} holds no image: ${reason(input.ignored)}."
      )
    input
  }

  /** Files that hold many images each. Their number is small beside that of the images. */
  private def containers(): (Seq[FileEntry], Ignored) = {
    val found = ArrayBuffer.empty[FileEntry]
    val ignored = new Listing(configuration, listingRules, output).list(options.images)(found += _)
    if (found.isEmpty)
      throw new UsageException(ListingRules.noImage(options.images, ignored, listingRules.kind))
    (found.toSeq, ignored)
  }

  private def reading(done: Done): Reading = new Reading(shared, context.broadcast(done), options.maxBytes)

  private def listingRules: ListingRules = {
    val settled =
      if (options.watch) Some(System.currentTimeMillis() - options.pollSeconds * Inputs.MillisPerSecond)
      else None
    ListingRules(options.allFiles, settled, options.inputKind)
  }

  /** Counts images that have a row, or were not chosen. */
  private final class Known(done: Done) {
    var counts: Counters.Counts = Counters.nothing

    /** @return
      *   whether the run passes it over
      */
    def count(path: String): Boolean = {
      val one = done.counts(path)
      counts += one
      one.passedOver > 0
    }
  }
}

private object Inputs {

  private def upTo(paths: Seq[String]): Choice = paths.lastOption.fold[Choice](Choice.All)(Choice.UpTo)

  private val MillisPerSecond = 1000L
  private val AtOnce = 1024
}
