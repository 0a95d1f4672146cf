package vitscale.job.tables

import org.apache.spark.sql.SparkSession

/** Storage of Delta tables. A commit is the creation of the next file of the log, and Delta's log store for the storage decides
  * which of several drivers creates it (`io.delta.storage.LogStore`).
  */
private[job] object DeltaStorage {

  /** Delta's log stores rename atomically there, or create conditionally (`DelegatingLogStore`). */
  private val Safe =
    Set("file", "hdfs", "viewfs", "ofs", "o3fs", "abfs", "abfss", "wasb", "wasbs", "adl", "gs", "dbfs")

  /** It keeps the drivers of one JVM apart alone. */
  private val SingleDriver = "S3SingleDriverLogStore"

  /** Why two drivers could both commit; none if the log store decides between them.
    *
    * @param location
    *   URI of a table
    */
  def hazard(spark: SparkSession, location: String): Option[String] = {
    val scheme = if (location.contains(":/")) location.takeWhile(_ != ':') else "file"
    val setting = s"spark.delta.logStore.$scheme.impl"
    if (Safe.contains(scheme) || isDatabricks) None
    else
      spark.conf.getOption(setting) match {
        case Some(store) if !store.contains(SingleDriver) => None
        case found =>
          val store = found.getOrElse("Delta's default")
          Some(
            s"on $scheme:// the log store is $store, which knows only the drivers of one JVM. Set $setting to one that several " +
              "drivers may share: vitscale.delta.S3ConditionalLogStore for s3a, or io.delta.storage.S3DynamoDBLogStore"
          )
      }
  }

  /** Databricks commits through a service of its own. */
  private def isDatabricks: Boolean = sys.env.contains("DATABRICKS_RUNTIME_VERSION")
}
