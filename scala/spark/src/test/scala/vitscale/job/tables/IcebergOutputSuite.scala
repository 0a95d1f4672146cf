package vitscale.job.tables

import java.nio.file.Path

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.{Counts, LocalStorage, RunKey, TableFormat, Tables}
import vitscale.{LocalSpark, OutputException, TemporaryFolder, UsageException}

/** Who may write to an Iceberg table, without the job. */
class IcebergOutputSuite extends AnyFunSuite with LocalSpark with TemporaryFolder with TableOutputs {

  private val key = RunKey(Map("model_sha256" -> "abc", "format" -> "iceberg"))

  private def open(place: Either[String, Path], partitionBy: Seq[String] = Seq.empty): TableOutput = {
    val all = OutputTables.of(spark, TableFormat.Iceberg, place.map(new LocalStorage(_))).all
    TableOutput.open(spark.sparkContext, new CatalogHome(all(Tables.Predictions)), all, key, partitionBy)
  }

  private def catalog(folder: Path): Unit = {
    spark.conf.set("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog")
    spark.conf.set("spark.sql.catalog.lake.type", "hadoop")
    spark.conf.set("spark.sql.catalog.lake.warehouse", folder.toString)
    spark.conf.set("spark.sql.catalog.lake.cache-enabled", "false")
  }

  test("a folder: rows come back with their types, over several commits and runs") {
    withFolder { folder =>
      assertRowsComeBack(
        () => open(Right(folder)),
        () => spark.read.format("iceberg").load(s"file:$folder/predictions")
      )
    }
  }

  test("a driver whose tables were taken over writes no row to them") {
    withFolder { folder =>
      val frozen = open(Right(folder))
      frozen.commit(Tables.Predictions, Seq(predicted("/before")))
      val next = open(Right(folder))
      for (table <- Tables.all) {
        val outcome = if (table == Tables.Predictions) predicted("/late") else quarantined("/late")
        val lost = intercept[OutputException](frozen.commit(table, Seq(outcome)))
        assert(lost.getMessage.contains("Another run has taken over"), lost.getMessage)
      }
      next.commit(Tables.Predictions, Seq(predicted("/after")))
      assert(next.countRows() == Counts(predicted = 2, quarantined = 0, paths = 2))
    }
  }

  test("a table of a catalog: its own columns and partitions are kept, a wrong one is refused") {
    withFolder { folder =>
      catalog(folder)
      val columns = Tables.predictions(key).toDDL.replace(" NOT NULL", "")
      spark.sql(
        s"CREATE TABLE lake.db.labels (camera STRING, $columns) USING iceberg PARTITIONED BY (bucket(4, path), days(time))"
      )
      val output = open(Left("lake.db.labels"), partitionBy = Seq.empty)
      output.commit(Tables.Predictions, (1 to 9).map(number => predicted(s"/$number")))
      output.commit(Tables.Quarantine, Seq(quarantined("/bad")))
      assert(spark.table("lake.db.labels").where("label = 'cat, big' AND camera IS NULL").count() == 9)
      assert(spark.sql("SELECT DISTINCT partition FROM lake.db.labels.files").count() > 1)
      assert(spark.table("lake.db.labels_quarantine").count() == 1)
      spark.sql("CREATE TABLE lake.db.other (path STRING) USING iceberg")
      assert(
        intercept[UsageException](open(Left("lake.db.other"))).getMessage.contains("label_id INT is missing")
      )
    }
  }

  test("columns to partition by come from the row, its time and its path") {
    withFolder { folder =>
      val output = open(Right(folder), partitionBy = Seq("label", "date", "day"))
      output.commit(Tables.Predictions, Seq(predicted("/p/day=2024-05-06/a.jpg"), predicted("/p/b.jpg")))
      val rows = spark.read
        .format("iceberg")
        .load(s"file:$folder/predictions")
        .selectExpr("path", "string(date)", "day")
      assert(
        rows.collect().map(_.toSeq).toSet == Set(
          Seq("/p/day=2024-05-06/a.jpg", "2023-11-14", "2024-05-06"),
          Seq("/p/b.jpg", "2023-11-14", null)
        )
      )
    }
  }
}
