package vitscale.job.records

/** A table that a run has read.
  *
  * @param name
  *   its name or folder
  * @param version
  *   version of a Delta table, or snapshot of an Iceberg table; none for other tables
  */
final case class TableVersion(name: String, version: Option[Long])
