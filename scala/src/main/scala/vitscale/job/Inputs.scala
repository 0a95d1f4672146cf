package vitscale.job

import scala.collection.JavaConverters._

import org.apache.spark.sql.{Encoders, SparkSession}
import org.apache.spark.util.SerializableConfiguration

/** What there is to do now.
  *
  * @param files
  *   all images that were named, those done before included
  * @param before
  *   of these, how many are done
  */
final case class Input(source: ImageSource, files: Long, before: Tally.Counts, ignored: Ignored)

/** Looks at what the user named, and tells what is new from what is done. */
final private[job] class Inputs(spark: SparkSession, options: JobOptions, output: Place, done: DoneImages) {

  private val context = spark.sparkContext
  private val configuration = context.hadoopConfiguration
  private lazy val shared = context.broadcast(new SerializableConfiguration(configuration))

  def look(): Input = if (options.input == JobOptions.ParquetRows) rows() else files()

  private def files(): Input = {
    val spool = Spool.create()
    val known = new Known
    val listing = new Listing(configuration, listingRules, output)
    val ignored = listing.list(options.images)(listed => if (!known.count(listed.path)) spool.add(listed))
    val source = new FileSource(context, spool, options.maxBytes, options.readAhead, shared)
    Input(source, known.counts.sum + spool.size, known.counts, ignored)
  }

  private def rows(): Input = {
    val rows =
      ParquetSource.open(spark, options.images, options.pathColumn, options.contentColumn, options.maxBytes)
    val known = new Known
    val fresh = rows.paths
      .as[String](Encoders.STRING)
      .toLocalIterator()
      .asScala
      .count(path => !known.count(path))
      .toLong
    val source = rows.source(Seq(done.predicted, done.quarantined), fresh)
    Input(source, known.counts.sum + fresh, known.counts, Ignored.none)
  }

  private def listingRules: ListingRules = {
    val settled =
      if (options.watch) Some(System.currentTimeMillis() - options.pollSeconds * Inputs.MillisPerSecond)
      else None
    ListingRules(options.allFiles, settled)
  }

  /** Counts images that are done. */
  private final class Known {
    var counts: Tally.Counts = Tally.nothing

    /** @return
      *   whether it is done
      */
    def count(path: String): Boolean = {
      val isPredicted = done.predicted.contains(path)
      val isQuarantined = !isPredicted && done.quarantined.contains(path)
      if (isPredicted) counts += Tally.Counts(1, 0)
      if (isQuarantined) counts += Tally.Counts(0, 1)
      isPredicted || isQuarantined
    }
  }
}

private object Inputs {
  private val MillisPerSecond = 1000L
}
