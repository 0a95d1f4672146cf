package vitscale.job.output

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.Row
import org.apache.spark.sql.types.StructType
import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.records.{Predicted, Quarantined, Ranked, Stage}
import vitscale.{LocalSpark, OutputException, TemporaryFolder, UsageException}

class OutputFolderSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val oddPaths = Seq(
    "/a/plain.jpg",
    "/a/new\nline.jpg",
    "/a/return\r\n.jpg\r",
    " /leading",
    "/a/comma, \"quote\" 'and' \\back.jpg",
    "/a/ünïcødé 猫.jpg",
    "/a/100%.jpg ",
    "\u0007bell\ttab"
  )
  private val key = RunKey(Map("model_sha256" -> "abc", "top_k" -> "2"))

  private def open(folder: Path, format: FileFormat = TableFormat.Parquet, key: RunKey = key): OutputFolder =
    OutputFolder.open(spark, new LocalStorage(folder), format, key, line => fail(line))

  private def predicted(path: String) =
    Predicted(path, Seq(Ranked(5, "cat, big", Some(0.75f)), Ranked(0, "dog", None)), time = 1700000000123L)

  private def quarantined(path: String) =
    Quarantined(path, Some(7L), Stage.Decode, "no \"image\",\nnone", time = 1700000000123L)

  private def parts(folder: Path, table: String): Seq[Path] = {
    val files = Files.list(folder.resolve(table))
    try files.iterator().asScala.toVector.sorted
    finally files.close()
  }

  for (format <- TableFormat.files)
    test(s"${format.name}: paths come back as they were written, over several parts and runs") {
      withFolder { folder =>
        val first = open(folder, format)
        first.commit(Tables.Predictions, oddPaths.map(predicted))
        first.commit(Tables.Quarantine, Seq(quarantined("/bad\n1")))
        first.commit(Tables.Predictions, Seq(predicted("/one more")))
        first.commit(Tables.Quarantine, Seq(quarantined("/bad 2")))
        first.close()
        val second = open(folder, format)
        second.commit(Tables.Predictions, Seq(predicted("/second run")))
        assert(second.paths(Tables.Predictions).toSet == oddPaths.toSet ++ Seq("/one more", "/second run"))
        assert(second.paths(Tables.Quarantine).toSet == Set("/bad\n1", "/bad 2"))
        assert(second.countRows() == Counts(predicted = 10, quarantined = 2, paths = 12))
        second.commit(Tables.Predictions, Seq(predicted("/bad 2")))
        assert(second.countRows() == Counts(predicted = 11, quarantined = 2, paths = 12), "twice is told")
        second.forgetQuarantine()
        assert(second.paths(Tables.Quarantine).isEmpty)
        second.close()
        assert(parts(folder, Tables.Predictions).forall(_.toString.endsWith(format.suffix)))
      }
    }

  test("Spark reads the Parquet tables with their types") {
    withFolder { folder =>
      val output = open(folder)
      output.commit(Tables.Predictions, Seq(predicted("/a")))
      output.commit(Tables.Quarantine, Seq(quarantined("/b")))
      output.close()
      val row = spark.read.parquet(folder.resolve("predictions").toString).head()
      assert(row.getAs[String]("label") == "cat, big" && row.getAs[Float]("probability") == 0.75f)
      assert(row.getSeq[String](row.fieldIndex("labels")) == Seq("cat, big", "dog"))
      assert(row.getAs[Int]("label_id") == 5)
      assert(row.getSeq[Int](row.fieldIndex("label_ids")) == Seq(5, 0))
      assert(row.getSeq[Any](row.fieldIndex("probabilities")) == Seq[Any](0.75f, null))
      assert(row.getAs[java.sql.Timestamp]("time").getTime == 1700000000123L)
      assert(row.getAs[String]("model_sha256") == "abc")
      assert(row.getAs[String]("weights") == "pretrained")
      val bad = spark.read.parquet(folder.resolve("quarantine").toString).head()
      assert(bad.getAs[Long]("size") == 7 && bad.getAs[String]("stage") == "decode")
    }
  }

  for (format <- TableFormat.files)
    test(s"${format.name}: rows say if the weights are random, and parts without that column still count") {
      withFolder { folder =>
        val first = open(folder, format)
        first.commit(Tables.Predictions, Seq(predicted("/random")))
        first.close()
        val part = parts(folder, Tables.Predictions).head
        val without = StructType(Tables.predictions(key).filterNot(_.name == "weights"))
        val row = Tables.row(predicted("/older"), key)
        val at = Tables.predictions(key).fieldIndex("weights")
        val older = format.encode(Seq(Row.fromSeq(row.toSeq.patch(at, Nil, 1))), without)
        Files.write(part.resolveSibling(s"part-000000-00001${format.suffix}"), older)
        val second = open(folder, format, key.copy(weights = "random"))
        assert(second.paths(Tables.Predictions).toSet == Set("/random", "/older"))
        second.commit(Tables.Predictions, Seq(predicted("/new")))
        assert(second.countRows() == Counts(predicted = 3, quarantined = 0, paths = 3))
        second.close()
        val text =
          parts(folder, Tables.Predictions).map(file => new String(Files.readAllBytes(file), "ISO-8859-1"))
        assert(text.count(_.contains("random")) == 2) // one by its path, one by its weights
      }
    }

  for (format <- TableFormat.files)
    test(s"${format.name}: an image without a label is a prediction, and is read again") {
      withFolder { folder =>
        val output = open(folder, format)
        output.commit(Tables.Predictions, Seq(Predicted("/none", Seq.empty, 1), predicted("/a")))
        output.commit(Tables.Predictions, Seq(Predicted("/alone", Seq.empty, 1)))
        output.close()
        val second = open(folder, format)
        assert(second.paths(Tables.Predictions).toSet == Set("/none", "/a", "/alone"))
        assert(second.countRows() == Counts(predicted = 3, quarantined = 0, paths = 3))
        second.close()
        if (format == TableFormat.Parquet) {
          val row =
            spark.read.parquet(folder.resolve("predictions").toString).where("path = '/none'").head()
          assert(Seq("label_id", "label", "probability").forall(name => row.isNullAt(row.fieldIndex(name))))
          assert(Seq("label_ids", "labels").forall(name => row.getSeq[Any](row.fieldIndex(name)).isEmpty))
        }
      }
    }

  for (features <- FeatureType.all)
    test(s"features of ${features.name} are in a column of their own") {
      withFolder { folder =>
        val output = open(folder, key = RunKey(key.fields + ("features_type" -> features.name)))
        output.commit(Tables.Predictions, Seq(predicted("/a").copy(features = Some(Array(0.5f, -1f)))))
        output.close()
        val row = spark.read.parquet(folder.resolve("predictions").toString).head()
        val found = row.get(row.fieldIndex("features")) match {
          case bytes: Array[Byte] => bytes.toSeq
          case numbers => numbers
        }
        val expected = features.value(Array(0.5f, -1f)) match {
          case bytes: Array[Byte] => bytes.toSeq
          case numbers => numbers
        }
        assert(found == expected)
      }
    }

  test("CSV has a column for each place of the longest list of its kind, JSON Lines a list") {
    def written(format: FileFormat): Seq[String] = withFolder { folder =>
      val output = open(folder, format, RunKey(key.fields + ("features_type" -> "float32")))
      val none = Predicted("/none", Seq.empty, 1, Some(Array(3f, 4f, 5f)))
      output.commit(
        Tables.Predictions,
        Seq(none, predicted("/a").copy(features = Some(Array(0.5f, -1f, 2f))))
      )
      output.close()
      val text = new String(Files.readAllBytes(parts(folder, Tables.Predictions).head), "UTF-8")
      text.linesIterator.toIndexedSeq
    }
    val header = written(TableFormat.Csv).head.replace("\"", "").split(',').toSeq
    assert(header.filter(_.startsWith("labels_")) == Seq("labels_1", "labels_2"))
    assert(header.filter(_.startsWith("features_")) == Seq("features_1", "features_2", "features_3"))
    assert(written(TableFormat.Csv)(1).endsWith(",\"3.0\",\"4.0\",\"5.0\""))
    val lines = written(TableFormat.JsonLines)
    assert(lines.head.contains("\"labels\":[]") && lines.head.contains("\"label_id\":null"))
    assert(lines.last.endsWith("\"features\":[0.5,-1.0,2.0]}"))
  }

  test("another model or other settings are refused, but only once there is a row") {
    withFolder { folder =>
      val other = RunKey(key.fields + ("model_sha256" -> "def"))
      open(folder, key = other).close()
      val output = open(folder)
      output.commit(Tables.Predictions, Seq(predicted("/a")))
      output.close()
      val refused = intercept[UsageException](open(folder, key = other))
      assert(refused.getMessage.contains("model_sha256 was abc and is def"))
      open(folder).close()
    }
  }

  test("an output of the version without class numbers is refused in words") {
    withFolder { folder =>
      val output = open(folder)
      output.commit(Tables.Predictions, Seq(predicted("/a")))
      output.close()
      val now = RunKey(key.fields + ("tables" -> Tables.Version))
      val refused = intercept[UsageException](open(folder, key = now)).getMessage
      assert(refused.contains("tables of another version of ViTScale: their version is 1"), refused)
      assert(refused.contains("Choose another --output"))
      open(folder).close()
    }
  }

  test("a folder with other things in it is not touched") {
    withFolder { folder =>
      Files.write(folder.resolve("thesis.doc"), Array[Byte](1))
      assert(intercept[OutputException](open(folder)).getMessage.contains("thesis.doc"))
      assert(parts(folder, "").map(_.getFileName.toString) == Seq("thesis.doc"))
    }
  }

  test("an output without a row is taken away again") {
    withFolder { folder =>
      open(folder.resolve("new/output")).close()
      assert(!Files.exists(folder.resolve("new/output")))
    }
    for (foreign <- Seq("notes.txt", "photos/1.jpg", "predictions/mine.txt"))
      withFolder { folder =>
        val opened = open(folder)
        Files.createDirectories(folder.resolve(foreign).getParent)
        Files.write(folder.resolve(foreign), Array[Byte](1))
        opened.close()
        assert(Files.exists(folder.resolve(foreign)), "others put it there")
      }
  }

  test("a driver whose output was taken over cannot add a row to it") {
    withFolder { folder =>
      val frozen = open(folder)
      frozen.commit(Tables.Predictions, Seq(predicted("/before")))
      // Another machine has watched the owner for half a minute without a change, and takes over.
      val owners = folder.resolve(WriterLease.Folder)
      Files.write(owners.resolve("000000001"), "{}".getBytes("UTF-8"))
      val next = open(folder)
      assert(next.paths(Tables.Predictions).toSeq == Seq("/before"))
      assertThrows[OutputException](frozen.commit(Tables.Predictions, Seq(predicted("/after"))))
      next.commit(Tables.Predictions, Seq(predicted("/after")))
      assert(next.countRows() == Counts(predicted = 2, quarantined = 0, paths = 2))
      next.close()
    }
  }

  test("what a killed driver left half written is not seen, and goes away") {
    withFolder { folder =>
      open(folder).commit(Tables.Predictions, Seq(predicted("/a")))
      Files.write(
        folder.resolve("_vitscale/staging/000001/predictions-part-000001-00002.parquet"),
        Array[Byte](1)
      )
      Files.write(folder.resolve(WriterLease.Folder).resolve("000000001"), "{}".getBytes("UTF-8"))
      val next = open(folder)
      assert(next.countRows() == Counts(1, 0, 1))
      assert(parts(folder, "_vitscale/staging").map(_.getFileName.toString) == Seq("000002"))
      next.close()
    }
  }
}
