package vitscale.job

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.scalatest.Assertion
import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.Features
import vitscale.job.output.{FeatureType, Ledger}
import vitscale.job.run.{ErrorBudget, JobOptions, StopSignal}
import vitscale.{LocalSpark, ModelException, TemporaryFolder, TestImages, TinyModel, UsageException}

/** The job inside this process: what goes in and comes out. Kills are tested from outside (tests/job). */
class ClassifyJobSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private val count = 24

  /** Label by the seed of the picture, from the engine without Spark. */
  private lazy val labels: IndexedSeq[String] = TinyModel.labels((0 until count).map(image))

  private def image(seed: Int): Array[Byte] = TestImages.encoded(TestImages.picture(seed), "png")

  private def write(folder: Path, seeds: Seq[Int]): Unit = {
    Files.createDirectories(folder)
    seeds.foreach(seed => Files.write(folder.resolve(f"$seed%02d.png"), image(seed)))
  }

  private def options(images: String, output: String): JobOptions =
    JobOptions(images = Seq(images), model = TinyModel.path.toString, output = output)

  private def assertRightLabels(output: String, seeds: Seq[Int]): Assertion = {
    assert(labels.distinct.size > 3)
    val found = spark.read.parquet(s"$output/predictions").select("path", "label").collect().map { row =>
      row.getString(0).split('/').last.take(2).toInt -> row.getString(1)
    }
    assert(found.toMap == seeds.map(seed => seed -> labels(seed)).toMap && found.length == seeds.size)
  }

  private def reasons(output: String): Map[String, (String, String)] =
    spark.read
      .parquet(s"$output/quarantine")
      .collect()
      .map { row =>
        row.getAs[String]("path").split('/').last -> ((
          row.getAs[String]("stage"),
          row.getAs[String]("reason")
        ))
      }
      .toMap

  for (
    (name, at) <- Seq[(String, Path => String)](
      "local" -> (_.toString),
      "on a Hadoop file system" -> (path => s"${LocalSpark.mounted}/${path.getFileName}")
    )
  )
    test(s"$name: new files alone are done by a second run, and failed ones if that is asked for") {
      withFolder { folder =>
        val (images, output) = (s"${at(folder)}/images", s"${at(folder)}/out")
        write(folder.resolve("images"), 0 until 20)
        Files.write(folder.resolve("images/20.png"), TestImages.garbage)
        Files.write(folder.resolve("images/21.png"), Array.emptyByteArray)
        def asked = options(images, output).copy(singleWriter = true)
        val first = run(asked)
        assert((first.files, first.predicted, first.quarantined, first.notDone) == ((22, 20, 2, 0)))
        assert(first.isBalanced && first.exitCode == 1 && first.quarantinedByStage == Map("decode" -> 2))
        assertRightLabels(output, 0 until 20)
        assert(reasons(output)("21.png") == (("decode", "the file is empty: 0 bytes")))

        write(folder.resolve("images"), 20 until count) // mends the two, and adds two
        val second = run(asked)
        assert(
          (second.files, second.predicted, second.quarantined, second.thisRun.predicted) == ((24, 22, 2, 2))
        )
        val third = run(asked.copy(retryFailed = true))
        assert((third.files, third.predicted, third.quarantined, third.thisRun.predicted) == ((24, 24, 0, 2)))
        assert(third.isBalanced && third.exitCode == 0)
        assertRightLabels(output, 0 until count)
      }
    }

  test("storage where two runs could both begin is refused before an image is read") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 1)
      val refused = intercept[UsageException](
        run(options(s"$folder/images", s"${LocalSpark.objects}/${folder.getFileName}/out"))
      )
      assert(
        refused.getMessage.contains("Two runs could both begin") && refused.getMessage.contains(
          "--format delta"
        )
      )
      assert(!Files.exists(folder.resolve("out")))
    }
  }

  test("Parquet with a binary column, and a second run over rows that are done in part") {
    withFolder { folder =>
      val session = spark
      import session.implicits._
      val rows = (0 until count)
        .map(seed => (f"$seed%02d", image(seed))) :+ (("null", null)) :+ (("text", TestImages.garbage))
      val parquet = folder.resolve("rows.parquet").toString
      rows.toDF("id", "image").repartition(5).write.parquet(parquet)
      val asked = options(parquet, s"$folder/out")
        .copy(input = JobOptions.ParquetRows, pathColumn = "id", contentColumn = "image")
      assert(run(asked).predicted == count)
      assertRightLabels(s"$folder/out", 0 until count)
      assert(reasons(s"$folder/out").map { case (id, why) =>
        id -> why._1
      } == Map("null" -> "read", "text" -> "decode"))
      val rowsOfOnePart = spark.read.parquet(s"$folder/out/predictions").count()
      assert(rowsOfOnePart == count)
      Files.list(folder.resolve("out/predictions")).iterator().asScala.foreach(Files.delete)
      val again = run(asked)
      assert(
        (again.files, again.predicted, again.quarantined, again.thisRun.predicted) == ((
          26,
          count.toLong,
          2,
          count.toLong
        ))
      )
      assert(again.isBalanced)
      for (
        wrong <- Seq(
          asked.copy(pathColumn = "name"),
          asked.copy(contentColumn = "id"),
          asked.copy(images = Seq(s"$folder/none"))
        )
      )
        assertThrows[UsageException](run(wrong))
    }
  }

  test("what is no Parquet is told in one line") {
    withFolder { folder =>
      Files.createDirectories(folder.resolve("rows"))
      Files.write(folder.resolve("rows/part.parquet"), TestImages.garbage)
      val asked = options(s"$folder/rows", s"$folder/out").copy(input = JobOptions.ParquetRows)
      val message = intercept[UsageException](run(asked)).getMessage
      assert(message.contains("cannot be read as Parquet: ") && message.contains("is not a Parquet file"))
      assert(message.linesIterator.size == 1 && !Files.exists(folder.resolve("out")))
    }
  }

  test("too many failures stop the run, and what was done is kept") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until count)
      (0 until 200).foreach(i => Files.write(folder.resolve(s"images/bad$i.png"), TestImages.garbage))
      val ledger = run(options(s"$folder/images", s"$folder/out").copy(maxFailed = ErrorBudget.AtMost(10)))
      assert(ledger.status == Ledger.Stopped && ledger.exitCode == 1 && ledger.isBalanced)
      assert(ledger.quarantined > 10 && ledger.notDone > 0)
      val rest = run(options(s"$folder/images", s"$folder/out"))
      assert((rest.predicted, rest.quarantined) == ((count.toLong, 200)) && rest.isBalanced)
      assertRightLabels(s"$folder/out", 0 until count)
    }
  }

  test("watching goes on as files arrive, until it is stopped") {
    withFolder { folder =>
      val images = folder.resolve("images")
      write(images, 0 until 5)
      settle(images)
      val stop = new StopSignal
      var ledger: Option[Ledger] = None
      val watcher = new Thread(() =>
        ledger = Some(run(options(images.toString, s"$folder/out").copy(watch = true, pollSeconds = 1), stop))
      )
      watcher.start()
      waitFor(folder, 5)
      write(images, 5 until 12)
      settle(images)
      waitFor(folder, 12)
      stop.request()
      watcher.join(60000)
      assert(
        ledger.exists(l => l.status == Ledger.Interrupted && l.exitCode == 130 && l.thisRun.predicted == 12)
      )
      assertRightLabels(s"$folder/out", 0 until 12)
    }
  }

  /** Makes files look old enough to be whole. */
  private def settle(folder: Path): Unit =
    Files.list(folder).iterator().asScala.foreach { file =>
      Files.setLastModifiedTime(
        file,
        java.nio.file.attribute.FileTime.fromMillis(System.currentTimeMillis() - 60000)
      )
    }

  private def waitFor(folder: Path, rows: Long): Unit = {
    val deadline = System.currentTimeMillis() + 60000
    val table = folder.resolve("out/predictions")
    def there: Long =
      if (!Files.isDirectory(table) || Files.list(table).count() == 0) 0
      else spark.read.parquet(table.toString).count()
    while (there < rows) {
      assert(System.currentTimeMillis() < deadline, s"$rows rows did not come")
      Thread.sleep(200)
    }
  }

  test("a model or an input that is not there leaves nothing behind") {
    withFolder { folder =>
      val asked = options(s"$folder/none", s"$folder/out")
      assertThrows[UsageException](run(asked))
      assertThrows[ModelException](run(asked.copy(model = s"$folder/none")))
      Files.createDirectories(folder.resolve("empty"))
      val empty = intercept[UsageException](run(options(s"$folder/empty", s"$folder/out")))
      assert(empty.getMessage.contains("holds no image"))
      write(folder.resolve("images"), 0 until 2)
      val broken = TinyModel.copy()
      Files.write(broken.resolve("onnx/fp32/model.onnx"), TestImages.garbage)
      val unloadable = options(s"$folder/images", s"$folder/out").copy(model = broken.toString)
      val onGraph = unloadable.copy(runtime = "onnxruntime")
      assert(intercept[ModelException](run(onGraph)).getMessage.contains("cannot be loaded"))
      Files.write(broken.resolve("model.safetensors"), TestImages.garbage)
      val onWeights = unloadable.copy(runtime = "onednn")
      assert(intercept[ModelException](run(onWeights)).getMessage.contains("model.safetensors"))
      assert(!Files.exists(folder.resolve("out")))
    }
  }

  test("a threshold on a regression and features of an older graph are refused, and leave nothing behind") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 2)
      val (regression, older) = (TinyModel.copy(), TinyModel.copy())
      replace(regression.resolve("config.json"), "\\{", "{\"problem_type\": \"regression\",")
      replace(older.resolve("vitscale.json"), ",\\s*\"features\": 32", "")
      val asked = options(s"$folder/images", s"$folder/out").copy(runtime = "onnxruntime")
      val withThreshold = asked.copy(model = regression.toString, threshold = Some(0.5f))
      assert(intercept[UsageException](run(withThreshold)).getMessage.contains("is a regression"))
      val withFeatures = asked.copy(model = older.toString, features = Features.Pooled)
      val refused = intercept[ModelException](run(withFeatures)).getMessage
      assert(refused.contains("has no output features. Export the model again"))
      assert(!Files.exists(folder.resolve("out")))
    }
  }

  private def replace(file: Path, pattern: String, by: String): Unit = {
    val text = new String(Files.readAllBytes(file), "UTF-8")
    val changed = text.replaceFirst(pattern, by)
    assert(changed != text)
    Files.write(file, changed.getBytes("UTF-8"))
    ()
  }

  test("an output belongs to one threshold and one kind of features") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 2)
      val asked = options(s"$folder/images", s"$folder/out").copy(features = Features.Pooled)
      assert(run(asked).predicted == 2 && run(asked).thisRun.predicted == 0)
      for (
        (other, words) <- Seq(
          asked.copy(features = Features.Off) -> "features was pooled and is -",
          asked.copy(featuresType = FeatureType.Float16) -> "features_type was float32 and is float16",
          asked.copy(threshold = Some(0.5f)) -> "threshold was - and is 0.5; top_k was 5 and is all"
        )
      )
        assert(intercept[UsageException](run(other)).getMessage.contains(words))
    }
  }

  test("a run that is resumed keeps its runtime, and an output is never of two") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 2)
      val asked = options(s"$folder/images", s"$folder/out")
      assert(run(asked.copy(runtime = "onnxruntime")).model.runtime == "onnxruntime")
      write(folder.resolve("images"), 2 until 4)
      val resumed = run(asked)
      assert((resumed.model.runtime, resumed.predicted) == (("onnxruntime", 4)))
      val other = intercept[UsageException](run(asked.copy(runtime = "onednn"))).getMessage
      assert(other.contains("runtime was - and is onednn"))
      val fresh = run(asked.copy(output = s"$folder/new", runtime = "onednn"))
      assert((fresh.model.runtime, fresh.predicted) == (("onednn", 4)))
      assertRightLabels(s"$folder/new", 0 until 4)
    }
  }
}
