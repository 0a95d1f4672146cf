package vitscale.job.tables

import org.apache.iceberg.encryption.EncryptionManager
import org.apache.iceberg.exceptions.ValidationException
import org.apache.iceberg.io.{FileIO, LocationProvider}
import org.apache.iceberg.{TableMetadata, TableOperations}

/** Operations of an Iceberg table that commit for the owner of the table alone.
  *
  * A commit of Iceberg is one compare-and-swap: the catalog replaces the metadata that the commit was made from (its base), and
  * refuses if they are not the newest any more (`SnapshotProducer.commit`, `TableOperations.commit`). Iceberg then makes the
  * commit again from newer metadata. The owner stands in the metadata. This class refuses each base whose owner is another
  * driver, so no commit ever replaces metadata that name another owner.
  *
  * A REST catalog compares less than all metadata, but always the newest snapshot (`UpdateRequirements`). A claim therefore
  * makes a snapshot too, in the same commit that sets the owner.
  */
final private[job] class FencedOperations(operations: TableOperations, driver: String)
    extends TableOperations {

  override def commit(base: TableMetadata, metadata: TableMetadata): Unit = {
    val owner = if (base == null) null else base.properties.get(FencedOperations.Owner)
    if (owner != driver) throw new ValidationException("The owner of the table is %s", owner)
    operations.commit(base, metadata)
  }

  override def current(): TableMetadata = operations.current()
  override def refresh(): TableMetadata = operations.refresh()
  override def io(): FileIO = operations.io()
  override def encryption(): EncryptionManager = operations.encryption()
  override def metadataFileLocation(name: String): String = operations.metadataFileLocation(name)
  override def locationProvider(): LocationProvider = operations.locationProvider()
  override def temp(uncommitted: TableMetadata): TableOperations = operations.temp(uncommitted)
  override def newSnapshotId(): Long = operations.newSnapshotId()
  override def requireStrictCleanup(): Boolean = operations.requireStrictCleanup()
}

private[job] object FencedOperations {
  val Owner = "vitscale.owner"
}
