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
final private[job] class Inputs(spark: SparkSession, options: JobOptions, output: Place, rows: Rows) {

  private val context = spark.sparkContext
  private val configuration = context.hadoopConfiguration
  private lazy val shared = context.broadcast(new SerializableConfiguration(configuration))

  def look(): Input = if (options.input == JobOptions.ParquetRows) parquet() else files()

  private def files(): Input = {
    val spool = Spool.create()
    val known = new Known
    val listing = new Listing(configuration, listingRules, output)
    val ignored = listing.list(options.images)(listed => if (!known.count(listed.path)) spool.add(listed))
    val source = new FileSource(context, spool, options.maxBytes, options.readAhead, shared)
    Input(source, known.counts.sum + spool.size, known.counts, ignored)
  }

  private def parquet(): Input = {
    val table =
      ParquetSource.open(spark, options.images, options.pathColumn, options.contentColumn, options.maxBytes)
    val known = new Known
    val fresh = table.paths
      .as[String](Encoders.STRING)
      .toLocalIterator()
      .asScala
      .count(path => !known.count(path))
      .toLong
    val source = table.source(rows.paths, fresh)
    Input(source, known.counts.sum + fresh, known.counts, Ignored.none)
  }

  private def listingRules: ListingRules = {
    val settled =
      if (options.watch) Some(System.currentTimeMillis() - options.pollSeconds * Inputs.MillisPerSecond)
      else None
    ListingRules(options.allFiles, settled)
  }

  /** Counts images that have a row. */
  private final class Known {
    var counts: Tally.Counts = Tally.nothing

    /** @return
      *   whether it has one
      */
    def count(path: String): Boolean = {
      val table = rows.tableOf(path)
      table.foreach(name =>
        counts += (if (name == Tables.Predictions) Tally.Counts(1, 0) else Tally.Counts(0, 1))
      )
      table.isDefined
    }
  }
}

private object Inputs {
  private val MillisPerSecond = 1000L
}
