package vitscale.job.input

import java.util.Locale

import vitscale.{NamedValue, NamedValues}

/** A kind of input files, and the rule for which files of a folder are of that kind.
  *
  * @param name
  *   value of `--input`
  * @param what
  *   noun for one such file, for messages
  */
sealed abstract class InputKind(override val name: String, val what: String)
    extends NamedValue
    with Serializable {

  /** Whether a file below a folder counts, by its name. */
  def counts(name: String): Boolean = suffixes.exists(suffix => lower(name).endsWith(suffix))

  /** Whether a file or folder below a folder is hidden, also from `--all-files`. */
  def isHidden(name: String): Boolean

  /** The suffixes of such files. */
  def suffixes: Seq[String]

  private def lower(name: String) = name.toLowerCase(Locale.ROOT)
}

object InputKind extends NamedValues[InputKind] {

  override val all: Seq[InputKind] = Seq(Files, Parquet, Tar, Table)

  /** Image files. */
  case object Files extends InputKind("files", "image") {
    override def suffixes: Seq[String] = ListingRules.suffixes.toSeq.sorted.map("." + _)
    override def isHidden(name: String): Boolean = false
  }

  /** One image per row. A file without a suffix counts too, because Hive writes such names (`000000_0`). Names that begin
    * with `_` are hidden, as in Spark, unless they are a partition (`_day=1`).
    */
  case object Parquet extends InputKind("parquet", "Parquet file") {
    override def suffixes: Seq[String] = Seq(".parquet", ".parq", ".pq")
    override def counts(name: String): Boolean = super.counts(name) || !name.contains('.')
    override def isHidden(name: String): Boolean =
      name.startsWith(".") || name.startsWith("_") && !name.contains('=')
  }

  /** One image per row of a table, whose folder is named and not searched. */
  case object Table extends InputKind("table", "table") {
    override def suffixes: Seq[String] = Seq.empty
    override def isHidden(name: String): Boolean = false
  }

  /** One image per member, as in WebDataset. */
  case object Tar extends InputKind("tar", "tar shard") {
    override def suffixes: Seq[String] = Seq(".tar", ".tar.gz", ".tgz")
    override def isHidden(name: String): Boolean = false
  }
}
