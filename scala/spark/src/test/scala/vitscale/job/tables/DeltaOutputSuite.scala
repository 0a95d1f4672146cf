package vitscale.job.tables

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.{Counts, LocalStorage, RunKey, TableFormat, Tables}
import vitscale.{LocalSpark, OutputException, TemporaryFolder, UsageException}

/** Who may write to a Delta table, without the job. */
class DeltaOutputSuite extends AnyFunSuite with LocalSpark with TemporaryFolder with TableOutputs {

  private val key = RunKey(Map("model_sha256" -> "abc", "format" -> "delta"))

  private def tables(folder: Path) =
    OutputTables.of(spark, TableFormat.Delta, Right(new LocalStorage(folder))).all

  /** A home that keeps the key in the table, so that no lease stands between two drivers. */
  private def open(folder: Path, key: RunKey = key, partitionBy: Seq[String] = Seq.empty): TableOutput = {
    val all = tables(folder)
    TableOutput.open(spark.sparkContext, new CatalogHome(all(Tables.Predictions)), all, key, partitionBy)
  }

  test("rows come back with their types, over several commits and runs") {
    withFolder { folder =>
      assertRowsComeBack(() => open(folder), () => spark.read.format("delta").load(s"$folder/predictions"))
    }
  }

  test("a driver whose tables were taken over writes no row to them") {
    withFolder { folder =>
      val frozen = open(folder)
      frozen.commit(Tables.Predictions, Seq(predicted("/before")))
      val next = open(folder)
      assert(next.paths(Tables.Predictions).toSeq == Seq("/before"))
      for (table <- Tables.all; _ <- 1 to 2) {
        val outcome = if (table == Tables.Predictions) predicted("/late") else quarantined("/late")
        val lost = intercept[OutputException](frozen.commit(table, Seq(outcome)))
        assert(lost.getMessage.contains("Another run has taken over"), lost.getMessage)
      }
      next.commit(Tables.Predictions, Seq(predicted("/after")))
      next.commit(Tables.Quarantine, Seq(quarantined("/bad")))
      assert(next.countRows() == Counts(predicted = 2, quarantined = 1, paths = 3))
    }
  }

  test("a folder with other files becomes no table") {
    withFolder { folder =>
      val place = Files.createDirectories(folder.resolve("predictions"))
      Files.write(place.resolve("notes.txt"), Array[Byte](1))
      val refused = intercept[OutputException](open(folder))
      assert(refused.getMessage.contains("not empty"), refused.getMessage)
      assert(Files.list(place).count() == 1)
    }
  }

  test("a claim succeeds after versions from a clock far ahead") {
    withFolder { folder =>
      open(folder)
      val ahead = System.currentTimeMillis() + (1L << 35)
      val table = tables(folder)(Tables.Predictions)
      spark
        .range(0)
        .selectExpr("'' AS path")
        .limit(0)
        .write
        .format("delta")
        .mode("append")
        .option("txnAppId", "vitscale")
        .option("txnVersion", ahead)
        .option("userMetadata", s"""{"vitscale_driver": "x", "vitscale_version": $ahead}""")
        .save(s"$folder/predictions")
      table.claim()
      assert(table.isOwned)
    }
  }

  test("the driver that claims the predictions last owns both tables") {
    withFolder { folder =>
      open(folder)
      val (first, second) = (tables(folder), tables(folder))
      first(Tables.Predictions).claim()
      second(Tables.Predictions).claim()
      second(Tables.Quarantine).claim()
      first(Tables.Quarantine).claim()
      assert(!first(Tables.Predictions).isOwned && second(Tables.Predictions).isOwned)
    }
  }

  test("rows of another model are refused, before the earlier run loses the tables") {
    withFolder { folder =>
      val first = open(folder)
      first.commit(Tables.Predictions, Seq(predicted("/a")))
      val other = RunKey(key.fields + ("model_sha256" -> "def"))
      assert(
        intercept[UsageException](open(folder, other)).getMessage.contains("model_sha256 was abc and is def")
      )
      first.commit(Tables.Predictions, Seq(predicted("/b")))
    }
  }

  test("a table of the user's own is refused with all that does not fit, and takes rows when it fits") {
    withFolder { folder =>
      spark.sql(
        s"CREATE TABLE delta.`$folder/predictions` (path STRING, probability DOUBLE, camera STRING NOT NULL) USING delta"
      )
      val message = intercept[UsageException](open(folder)).getMessage
      for (
        part <- Seq(
          "labels ARRAY<STRING> is missing",
          "probability is DOUBLE, expected FLOAT",
          "camera is NOT NULL"
        )
      )
        assert(message.contains(part))
      val columns = Tables.predictions(key).toDDL.replace(" NOT NULL", "")
      spark.sql(
        s"CREATE TABLE delta.`$folder/own/predictions` (camera STRING, $columns) USING delta PARTITIONED BY (label)"
      )
      open(folder.resolve("own")).commit(Tables.Predictions, Seq(predicted("/a")))
      val rows = spark.read
        .format("delta")
        .load(s"$folder/own/predictions")
        .select("path", "camera", "label")
        .collect()
      assert(rows.map(_.toSeq).toSeq == Seq(Seq("/a", null, "cat, big")))
    }
  }

  test("columns to partition by come from the row, its time and its path") {
    withFolder { folder =>
      val output = open(folder, partitionBy = Seq("label", "date", "day", "folder"))
      output.commit(Tables.Predictions, Seq(predicted("/p/day=2024-05-06/a.jpg"), predicted("/p/b.jpg")))
      output.commit(Tables.Quarantine, Seq(quarantined("/p/day=7/c.jpg")))
      val found = spark
        .sql(s"DESCRIBE DETAIL delta.`$folder/predictions`")
        .select("partitionColumns")
        .head()
        .getSeq[String](0)
      assert(found == Seq("label", "date", "day", "folder"))
      val rows = spark.read
        .format("delta")
        .load(s"$folder/predictions")
        .selectExpr("path", "string(date)", "day", "folder")
      assert(
        rows.collect().map(_.toSeq).toSet == Set(
          Seq("/p/day=2024-05-06/a.jpg", "2023-11-14", "2024-05-06", "/p/day=2024-05-06"),
          Seq("/p/b.jpg", "2023-11-14", null, "/p")
        )
      )
    }
  }
}
