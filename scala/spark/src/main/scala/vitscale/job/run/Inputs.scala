package vitscale.job.run

import scala.collection.mutable.ArrayBuffer

import org.apache.spark.sql.SparkSession
import org.apache.spark.util.SerializableConfiguration

import vitscale.UsageException
import vitscale.hadoop.Location
import vitscale.job.input.{
  FileQueue,
  FileSource,
  Input,
  InputKind,
  Listing,
  ListingRules,
  OpenTableFormat,
  ParquetSource,
  PathList,
  Reading,
  Repeats,
  TarSource
}
import vitscale.job.output.{CommitBuffer, Counters, Tables}
import vitscale.job.records.{FileEntry, Ignored}

/** Lists the input, and separates new images from images that have a row. */
final private[job] class Inputs(
    spark: SparkSession,
    options: JobOptions,
    output: Location,
    rows: CommitBuffer,
    say: String => Unit
) {

  private val context = spark.sparkContext
  private val configuration = context.hadoopConfiguration
  private lazy val shared = context.broadcast(new SerializableConfiguration(configuration))

  def look(): Input = InputKind.named(options.input) match {
    case InputKind.Files => files()
    case InputKind.Parquet => parquet()
    case InputKind.Tar => tar()
  }

  private def files(): Input = {
    val spool = FileQueue.create()
    val known = new Known
    val fresh = (listed: FileEntry) => if (!known.count(listed.path)) spool.add(listed)
    val ignored = if (options.imagesFrom.isEmpty) list(fresh) else distinct(fresh)
    val source = new FileSource(context, spool, options.maxBytes, options.readAhead, shared)
    Input(source, known.counts.sum + spool.size, known.counts, ignored)
  }

  /** A listing has every file once. */
  private def list(found: FileEntry => Unit): Ignored =
    if (options.images.isEmpty) Ignored.none
    else new Listing(configuration, listingRules, output).list(options.images)(found)

  /** Files of folders and of lists, each once. */
  private def distinct(found: FileEntry => Unit): Ignored = {
    val (all, repeats) = (FileQueue.create(), new Repeats)
    try {
      val add = (listed: FileEntry) => {
        all.add(listed)
        repeats.add(listed.path)
      }
      val ignored = list(add)
      val lists = new PathList(configuration, options.pathColumn, output)
      options.imagesFrom.foreach(lists.read(_)(add))
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

  private def parquet(): Input = {
    val (files, ignored) = containers()
    OpenTableFormat.refuse(files, configuration)
    val source = new ParquetSource(context, options.pathColumn, options.contentColumn, reading, say)
    requireImages(source.open(files, ignored))(_ => "its Parquet files have no rows")
  }

  private def tar(): Input = {
    val (files, ignored) = containers()
    requireImages(new TarSource(context, ListingRules(options.allFiles), reading).open(files, ignored)) {
      left =>
        s"no member of a shard is an image (${left.otherNames} with other suffixes, ${left.hidden} hidden). " +
          "Add --all-files to include every member"
    }
  }

  private def requireImages(input: Input)(reason: Ignored => String): Input = {
    if (input.files == 0)
      throw new UsageException(s"${options.images.mkString(", ")} holds no image: ${reason(input.ignored)}.")
    input
  }

  /** Files that hold many images each. Their number is small beside that of the images. */
  private def containers(): (Seq[FileEntry], Ignored) = {
    val found = ArrayBuffer.empty[FileEntry]
    val ignored = new Listing(configuration, listingRules, output).list(options.images)(found += _)
    if (found.isEmpty)
      throw new UsageException(ListingRules.noImage(options.images, ignored, listingRules.kind))
    (found, ignored)
  }

  private def reading: Reading = new Reading(shared, context.broadcast(rows.done), options.maxBytes)

  private def listingRules: ListingRules = {
    val settled =
      if (options.watch) Some(System.currentTimeMillis() - options.pollSeconds * Inputs.MillisPerSecond)
      else None
    ListingRules(options.allFiles, settled, InputKind.named(options.input))
  }

  /** Counts images that have a row. */
  private final class Known {
    var counts: Counters.Counts = Counters.nothing

    /** @return
      *   whether it has one
      */
    def count(path: String): Boolean = {
      val table = rows.tableOf(path)
      table.foreach(name =>
        counts += (if (name == Tables.Predictions) Counters.Counts(1, 0) else Counters.Counts(0, 1))
      )
      table.isDefined
    }
  }
}

private object Inputs {
  private val MillisPerSecond = 1000L
  private val AtOnce = 1024
}
