package vitscale.job.tables

import java.util.UUID

import org.apache.spark.sql.SparkSession

import vitscale.job.output.{OpenFormat, RunKey, Storage, TableFormat, Tables}

/** The two tables of an output, before they are opened.
  *
  * @param all
  *   by the names of [[Tables]]
  * @param storage
  *   the folder that holds them; none for tables of a catalog
  */
final private[job] class OutputTables private (val all: Map[String, OwnedTable], storage: Option[Storage]) {

  private def catalog = new CatalogHome(all(Tables.Predictions))

  /** Open what is beside the tables.
    *
    * @throws vitscale.OutputException
    *   if another driver writes to the folder, or it holds other files
    */
  def home(say: String => Unit): OutputHome = storage.fold[OutputHome](catalog)(new FolderHome(_, say))

  /** The key of their rows; none if they have no rows. */
  def earlierKey: Option[RunKey] =
    storage.fold(catalog.key)(FolderHome.keyOf).filter(_ => all.values.exists(TableOutput.hasRows))
}

private[job] object OutputTables {

  /** @param place
    *   the folder, or the name of the table of predictions
    */
  def of(spark: SparkSession, format: OpenFormat, place: Either[String, Storage]): OutputTables = {
    val driver = UUID.randomUUID().toString
    def named(predictions: String, table: String) =
      if (table == Tables.Predictions) predictions else SqlTable.beside(predictions, s"_$table")
    def delta(identifier: String) = new DeltaTable(spark, new SqlTable(spark, identifier), driver)
    val table: String => OwnedTable = (format, place) match {
      case (TableFormat.Delta, Right(storage)) =>
        table => delta(s"delta.${SqlTable.quoted(s"${storage.uri}/$table")}")
      case (TableFormat.Delta, Left(name)) => table => delta(named(name, table))
      case (TableFormat.Iceberg, Right(storage)) =>
        table => new IcebergTable(spark, IcebergPlace.Folder(s"${storage.uri}/$table"), driver)
      case (TableFormat.Iceberg, Left(name)) =>
        table => new IcebergTable(spark, IcebergPlace.Named(named(name, table)), driver)
    }
    new OutputTables(Tables.all.map(name => name -> table(name)).toMap, place.toOption)
  }
}
