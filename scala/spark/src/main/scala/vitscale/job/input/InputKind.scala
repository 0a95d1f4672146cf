package vitscale.job.input

import java.util.Locale

/** What the named files are, and which files of a folder are of that kind.
  *
  * @param name
  *   as users name it
  * @param what
  *   one such file, in words
  */
sealed abstract class InputKind(val name: String, val what: String) extends Serializable {

  /** Whether a file below a folder counts, by its name. */
  def counts(name: String): Boolean = suffixes.exists(suffix => lower(name).endsWith(suffix))

  /** Whether a file or folder below a folder is hidden, also from `--all-files`. */
  def isHidden(name: String): Boolean

  /** How the names of such files end. */
  def suffixes: Seq[String]

  private def lower(name: String) = name.toLowerCase(Locale.ROOT)
}

object InputKind {

  val all: Seq[InputKind] = Seq(Files, Parquet, Tar)

  def named(name: String): InputKind = all.find(_.name == name).get

  /** An image each. */
  case object Files extends InputKind("files", "image") {
    override def suffixes: Seq[String] = ListingRules.suffixes.toSeq.sorted.map("." + _)
    override def isHidden(name: String): Boolean = false
  }

  /** An image a row. A file without a suffix counts too: Hive writes such (`000000_0`). Names that begin with `_` are
    * hidden, as in Spark, unless they are a partition (`_day=1`).
    */
  case object Parquet extends InputKind("parquet", "Parquet file") {
    override def suffixes: Seq[String] = Seq(".parquet", ".parq", ".pq")
    override def counts(name: String): Boolean = super.counts(name) || !name.contains('.')
    override def isHidden(name: String): Boolean =
      name.startsWith(".") || name.startsWith("_") && !name.contains('=')
  }

  /** An image a member, as WebDataset has it. */
  case object Tar extends InputKind("tar", "tar shard") {
    override def suffixes: Seq[String] = Seq(".tar", ".tar.gz", ".tgz")
    override def isHidden(name: String): Boolean = false
  }
}
