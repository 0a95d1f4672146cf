package vitscale.job.tables

import java.io.IOException

import vitscale.job.output.{FolderLayout, RunKey, Storage, WriterLease}

/** What an output has beside its two tables: the key of its rows and the ledger. */
private[job] trait OutputHome extends AutoCloseable {

  /** The output's name or path, for messages. */
  def name: String

  /** The key that was stored; none if there is none. */
  def key: Option[RunKey]

  def storeKey(key: RunKey): Unit

  def writeLedger(content: Array[Byte]): Unit

  /** Release the output. */
  def close(): Unit
}

/** A folder that holds the tables as well.
  *
  * On local disks and HDFS a lease refuses a second driver at once. On object stores there is no lease. The tables' own commits
  * decide in both cases; the lease only spares the first driver its end. On a local disk it also makes up for renaming, which
  * two processes may do at once (`RawLocalFileSystem.rename`).
  */
final private[job] class FolderHome(storage: Storage, say: String => Unit) extends OutputHome {

  import FolderLayout._

  refuseForeign(storage, FolderHome.Remedy)
  storage.makeFolder(Own) // so that the folder is known as an output before it has a table
  private val lease = if (storage.isFileSystem) Some(WriterLease.take(storage, say)) else None

  override def name: String = storage.location

  override def key: Option[RunKey] = FolderHome.keyOf(storage)

  override def storeKey(key: RunKey): Unit = {
    storage.makeFolder(Own)
    storage.overwrite(KeyFile, key.toJson)
  }

  override def writeLedger(content: Array[Byte]): Unit = {
    val staged = s"$Own/$LedgerFile"
    storage.delete(staged)
    storage.create(staged, content)
    storage.replace(staged, LedgerFile)
  }

  override def close(): Unit = {
    lease.foreach(_.close())
    try if (storage.list("").forall(_ == Own)) storage.delete("")
    catch { case _: IOException => () }
  }
}

private[job] object FolderHome {

  import FolderLayout._

  private val Remedy = " A table of your own is the value of --output-table."

  /** The key of an output; none if there is none. */
  def keyOf(storage: Storage): Option[RunKey] =
    storage
      .list(Own)
      .map(name => s"$Own/$name")
      .find(_ == KeyFile)
      .map(file => RunKey.parse(storage.read(file)))
}

/** Tables of a catalog. The table of predictions keeps the key as a property; the ledger goes to the file of `--json` alone. */
final private[job] class CatalogHome(predictions: OwnedTable) extends OutputHome {

  override def name: String = predictions.name

  override def key: Option[RunKey] =
    predictions.schema
      .flatMap(_ => predictions.property(CatalogHome.Key))
      .map(text => RunKey.parse(text.getBytes("UTF-8")))

  override def storeKey(key: RunKey): Unit =
    predictions.setProperty(CatalogHome.Key, new String(key.toJson, "UTF-8"))

  override def writeLedger(content: Array[Byte]): Unit = ()

  override def close(): Unit = ()
}

private[job] object CatalogHome {
  private val Key = "vitscale.key"
}
