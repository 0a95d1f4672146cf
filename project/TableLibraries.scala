import sbt._

/** Libraries of the table formats, read from the one list that the job and Python read as well. */
object TableLibraries {

  private val Line = raw"(\w+)\s+([\d.]+)\s+([^\s:]+):([^\s:]+):(\S+)".r

  private val all: Map[(String, String), ModuleID] =
    IO.readLines(file("python/src/vitscale/jvm/table-libraries.txt"))
      .collect { case Line(format, spark, organization, name, version) =>
        (format, spark) -> organization % name % version
      }
      .toMap

  /** @param format
    *   `delta` or `iceberg`
    * @param spark
    *   its major and minor version
    */
  def module(format: String, spark: String): ModuleID = all((format, spark))
}
