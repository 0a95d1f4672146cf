package vitscale.job.output

import scala.io.Source

/** Maven coordinates of the libraries of table formats, for the versions of Spark that they were tried with.
  *
  * They stand in `table-libraries.txt`, which Python and the build read as well.
  */
private[output] object TableLibraries {

  private val Line = raw"(\w+)\s+([\d.]+)\s+(\S+)".r

  private val all: Seq[(String, String, String)] = {
    val source =
      Source.fromInputStream(getClass.getResourceAsStream("/vitscale/table-libraries.txt"), "UTF-8")
    try
      source
        .getLines()
        .collect { case Line(format, spark, coordinate) => (format, spark, coordinate) }
        .toVector
    finally source.close()
  }

  /** Return the message for a library that is not on the class path.
    *
    * @param option
    *   the option that needs it
    * @param format
    *   `delta` or `iceberg`
    * @param spark
    *   version of Spark, with or without a patch version
    */
  def missing(option: String, format: String, spark: String): String = {
    val known = all.collect { case (`format`, version, coordinate) => version -> coordinate }
    known.find { case (version, _) => s"$spark.".startsWith(s"$version.") } match {
      case Some((_, library)) =>
        s"$option needs the library $library, which is not on the class path. Add --conf spark.jars.packages=$library."
      case None =>
        s"$option needs the library of $format, and none is known for Spark $spark. Use Spark ${known.map(_._1).mkString(", ")}, " +
          "or add a library for your Spark with --conf spark.jars.packages=COORDINATE."
    }
  }
}
