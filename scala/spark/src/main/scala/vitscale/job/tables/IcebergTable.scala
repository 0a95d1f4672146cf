package vitscale.job.tables

import java.util.UUID

import scala.jdk.CollectionConverters._
import scala.util.control.NonFatal

import org.apache.iceberg.exceptions.{AlreadyExistsException, NoSuchTableException, ValidationException}
import org.apache.iceberg.expressions.Expressions
import org.apache.iceberg.hadoop.{HadoopTableOperations, HadoopTables}
import org.apache.iceberg.spark.{Spark3Util, SparkSchemaUtil}
import org.apache.iceberg.{
  BaseTable,
  HasTableOperations,
  PartitionSpec,
  SnapshotUpdate,
  Table,
  TableOperations
}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{DataFrame, Row, SparkSession}

import vitscale.UsageException

/** An Iceberg table, written through Iceberg's Java API. [[FencedOperations]] says why only its owner can commit rows.
  *
  * @param place
  *   how the table is named
  * @param driver
  *   a name that no other driver has
  */
final private[job] class IcebergTable(spark: SparkSession, place: IcebergPlace, driver: String)
    extends OwnedTable {

  import FencedOperations.Owner

  override def name: String = place.name

  override def schema: Option[StructType] =
    place.load(spark).map(table => SparkSchemaUtil.convert(table.schema))

  override def rows: DataFrame = place.frame(spark)

  override def property(key: String): Option[String] = Option(table.properties.get(key))

  override def setProperty(key: String, value: String): Unit = table.updateProperties.set(key, value).commit()

  override def create(columns: StructType, partitionBy: Seq[String]): Unit =
    try place.create(spark, columns, partitionBy)
    catch { case _: AlreadyExistsException => () }

  override def claim(): Unit = {
    val claim = table.newTransaction()
    claim.updateProperties.set(Owner, driver).commit()
    claim.newAppend.commit()
    claim.commitTransaction()
  }

  override def isOwned: Boolean = property(Owner).contains(driver)

  override def append(rows: Seq[Row], columns: StructType): Unit = {
    val owned = fenced
    val files = IcebergFiles.write(owned, rows, columns)
    commit(owned) { id =>
      val append = owned.newAppend.set(IcebergTable.Commit, id)
      files.foreach(append.appendFile)
      append
    }
  }

  override def clear(): Unit = {
    val owned = fenced
    commit(owned)(id =>
      owned.newDelete.deleteFromRowFilter(Expressions.alwaysTrue).set(IcebergTable.Commit, id)
    )
  }

  /** Commit under an id. After an error, the table tells whether the commit succeeded and only its answer was lost. */
  private def commit(owned: Table)(update: String => SnapshotUpdate[_]): Unit = {
    val id = UUID.randomUUID().toString
    try update(id).commit()
    catch {
      case _: ValidationException if !isOwned => throw new OwnerLostException
      case NonFatal(error) =>
        owned.refresh()
        if (!owned.snapshots.asScala.exists(_.summary.get(IcebergTable.Commit) == id)) throw error
    }
  }

  private def table: Table =
    place.load(spark).getOrElse(throw new NoSuchTableException("%s does not exist", name))

  private def fenced: Table = new BaseTable(new FencedOperations(operations(table), driver), name)

  private def operations(of: Table): TableOperations = of match {
    case known: HasTableOperations => known.operations
    case other =>
      throw new UsageException(s"$name cannot be written: ${other.getClass.getName} has no commits.")
  }

  /** A table without a catalog commits by renaming a file (`HadoopTableOperations`), which not every storage does atomically. */
  override def hazard: Option[String] = operations(table) match {
    case _: HadoopTableOperations if !IcebergTable.isAtomic(table.location) =>
      Some(
        "it is an Iceberg table without a catalog on an object store. Name a table of a catalog (REST, Hive, JDBC, Glue) " +
          "with --output-table"
      )
    case _ => None
  }
}

private[job] object IcebergTable {

  /** Name of a commit's id in the summary of its snapshot. */
  private val Commit = "vitscale.commit"

  private val Atomic = Set("file", "hdfs", "viewfs", "ofs", "o3fs")

  private def isAtomic(location: String): Boolean =
    Atomic.contains(location.takeWhile(_ != ':')) || location.startsWith("/")
}

/** The place of an Iceberg table. */
sealed private[job] trait IcebergPlace {

  def name: String

  /** The table with its newest metadata; none if there is no such table. */
  def load(spark: SparkSession): Option[Table]

  def create(spark: SparkSession, columns: StructType, partitionBy: Seq[String]): Unit

  def frame(spark: SparkSession): DataFrame
}

private[job] object IcebergPlace {

  /** A table of a catalog that Spark knows. */
  final case class Named(name: String) extends IcebergPlace {

    override def load(spark: SparkSession): Option[Table] =
      try {
        val table = Spark3Util.loadIcebergTable(spark, name)
        table.refresh()
        Some(table)
      } catch { case _: org.apache.spark.sql.catalyst.analysis.NoSuchTableException => None }

    override def create(spark: SparkSession, columns: StructType, partitionBy: Seq[String]): Unit =
      new SqlTable(spark, name).create("iceberg", columns, partitionBy)

    override def frame(spark: SparkSession): DataFrame = {
      spark.catalog.refreshTable(name)
      spark.table(name)
    }
  }

  /** A table in a folder, without a catalog. */
  final case class Folder(name: String) extends IcebergPlace {

    private def tables(spark: SparkSession) = new HadoopTables(spark.sparkContext.hadoopConfiguration)

    override def load(spark: SparkSession): Option[Table] =
      try Some(tables(spark).load(name))
      catch { case _: NoSuchTableException => None }

    override def create(spark: SparkSession, columns: StructType, partitionBy: Seq[String]): Unit = {
      val schema = SparkSchemaUtil.convert(columns)
      val layout = partitionBy.foldLeft(PartitionSpec.builderFor(schema))(_ identity _).build()
      tables(spark).create(schema, layout, name)
      ()
    }

    override def frame(spark: SparkSession): DataFrame = spark.read.format("iceberg").load(name)
  }
}
