package vitscale.sql

import org.apache.spark.sql.{DataFrame, DataFrameReader}

/** Paths as Spark's readers must get them. Spark takes a path for a pattern; what is read here are files and folders that
  * exist, whatever characters their names have.
  */
private[vitscale] object SparkPaths {

  private val PatternCharacters = "*?[]{}\\"

  /** Spark's own option: off, it takes its path as it stands. It reads several such paths more than once, so it is used for
    * one path at a time.
    */
  private val GlobOption = "__globPaths__"

  /** Return a path with every character of a pattern escaped. */
  def literal(path: String): String =
    path.flatMap(one => if (PatternCharacters.contains(one)) s"\\$one" else one.toString)

  /** Return whether Spark would take a path for a pattern. */
  def isPattern(path: String): Boolean = path.exists(PatternCharacters.contains(_))

  /** Load files and folders by their names.
    *
    * @param reader
    *   a reader with its format and options
    * @param paths
    *   absolute local paths, or URIs in Hadoop's form (nothing percent-encoded); none give an empty table, where the
    *   reader knows its columns without a file
    * @param files
    *   names of the files that Spark will read, where they are known: if one has a colon, the local files are read
    *   without Hadoop's checksums, which cannot name such a file
    */
  def load(reader: DataFrameReader, paths: Seq[String], files: Seq[String] = Seq.empty): DataFrame = {
    val opened = if ((paths ++ files).exists(hasColon)) withoutChecksums(reader) else reader
    // Hadoop's pattern matching fails at a colon.
    val (odd, usual) = paths.partition(path => isPattern(path) && path.contains(':'))
    val frames = Some(usual).filter(_.nonEmpty).map(some => opened.load(some.map(literal): _*)).toSeq ++
      odd.map(path => opened.option(GlobOption, value = false).load(path))
    frames.reduceOption(_ unionByName _).getOrElse(opened.load(Seq.empty[String]: _*))
  }

  /** Return whether the last part of a path has a colon. */
  private def hasColon(path: String): Boolean = path.drop(path.lastIndexOf('/') + 1).contains(':')

  private def withoutChecksums(reader: DataFrameReader): DataFrameReader =
    reader
      .option("fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem")
      .option("fs.file.impl.disable.cache", value = true)
}
