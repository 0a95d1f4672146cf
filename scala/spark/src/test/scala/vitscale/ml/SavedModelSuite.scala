package vitscale.ml

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, Paths}

import org.apache.commons.io.FileUtils
import org.apache.hadoop.conf.Configuration
import org.apache.hadoop.fs.{FileUtil, Path => HadoopPath}
import org.apache.spark.ml.{Pipeline, PipelineModel, PipelineStage}
import org.apache.spark.sql.DataFrame
import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.ModelFolder
import vitscale.{
  LocalHdfs,
  LocalSpark,
  ModelException,
  OutputException,
  TemporaryFolder,
  TestImages,
  TinyModel
}

/** Saved stages contain their model, so that the folder that it came from may go. */
class SavedModelSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val image = TestImages.jpeg(0)

  private lazy val photos = {
    val session = spark
    import session.implicits._
    Seq(image).toDF("content")
  }

  private def stage(model: Path) = {
    spark // Spark's writers look for a session
    new ViTImageClassifier().setModelPath(model.toString).setTopK(1)
  }

  private def label(rows: DataFrame): String =
    rows.select("classification.predictions.label").head().getSeq[String](0).head

  private lazy val expected = TinyModel.labels(Seq(image)).head

  for (runtime <- Seq("auto", "onnxruntime", "onednn"))
    test(s"a pipeline works without the folder that its model came from ($runtime)") {
      withFolder { root =>
        val model = TinyModel.copy()
        val pipeline = new Pipeline().setStages(Array[PipelineStage](stage(model).setRuntime(runtime)))
        pipeline.fit(photos).save(root.resolve("saved").toString)
        FileUtils.deleteDirectory(model.toFile)
        Files.move(root.resolve("saved"), root.resolve("moved"))
        assert(label(PipelineModel.load(root.resolve("moved").toString).transform(photos)) == expected)
      }
    }

  test("a stage is saved to HDFS with its model, and loaded from there") {
    withFolder { _ =>
      val place = s"${LocalHdfs.address}/stages/one"
      stage(TinyModel.path).save(place)
      val loaded = ViTImageClassifier.load(place)
      assert(loaded.getModelPath == s"$place/model" && label(loaded.transform(photos)) == expected)
    }
  }

  for (name <- Seq("local", "HDFS"))
    test(s"a model that was replaced at its path is the one that answers ($name)") {
      withFolder { root =>
        val place =
          if (name == "HDFS") s"${LocalHdfs.address}/replaced" else root.resolve("replaced").toString
        val classifier = stage(TinyModel.path).setModelPath(place)
        for (prefix <- Seq("", "second ", "third ")) {
          upload(renamed(prefix), place)
          assert(label(classifier.transform(photos)) == prefix + expected)
        }
      }
    }

  /** A copy of the model whose labels begin with a text. */
  private def renamed(prefix: String): Path = {
    val folder = TinyModel.copy()
    for (name <- Seq("config.json", "onnx/fp32/assets/labels.json")) {
      val file = folder.resolve(name)
      val text = new String(Files.readAllBytes(file), UTF_8)
      val changed = labels.foldLeft(text)((all, one) => all.replace(quoted(one), quoted(prefix + one)))
      Files.write(file, changed.getBytes(UTF_8))
    }
    folder
  }

  private def quoted(text: String): String = "\"" + text + "\""

  private def labels: Set[String] = ModelFolder.open(TinyModel.path, "fp32").labels.toSet

  private def upload(folder: Path, place: String): Unit = {
    val target = new HadoopPath(place)
    val system = target.getFileSystem(new Configuration())
    system.delete(target, true)
    FileUtil.copy(folder.toFile, system, target, false, new Configuration())
    ()
  }

  test("a stage that was saved without its model keeps the path") {
    withFolder { root =>
      val saved = root.resolve("saved")
      stage(TinyModel.path).save(saved.toString)
      FileUtils.deleteDirectory(saved.resolve("model").toFile)
      assert(ViTImageClassifier.load(saved.toString).getModelPath == TinyModel.path.toString)
    }
  }

  test("a stage is saved over the folder that it was loaded from, and keeps its model") {
    withFolder { root =>
      val saved = root.resolve("saved").toString
      stage(TinyModel.path).save(saved)
      (1 to 2).foreach { _ =>
        val loaded = ViTImageClassifier.load(saved)
        loaded.write.overwrite().save(saved)
        assert(label(loaded.transform(photos)) == expected)
      }
      assert(label(ViTImageClassifier.load(saved).transform(photos)) == expected)
    }
  }

  Seq("local" -> None, "HDFS" -> Some(() => LocalHdfs.address)).foreach { case (name, address) =>
    test(s"a pipeline is saved over the folder that it was loaded from, $name") {
      withFolder { root =>
        val saved = s"${address.fold(root.toString)(_.apply())}/pipeline"
        new Pipeline().setStages(Array[PipelineStage](stage(TinyModel.path))).fit(photos).save(saved)
        val loaded = PipelineModel.load(saved)
        loaded.write.overwrite().save(saved)
        assert(label(loaded.transform(photos)) == expected)
        assert(label(PipelineModel.load(saved).transform(photos)) == expected)
      }
    }
  }

  test("a folder that exists is named with the call that replaces it, and stays as it is") {
    withFolder { root =>
      val folder = Files.createDirectory(root.resolve("there"))
      Files.write(root.resolve("file"), Array[Byte](1))
      val hdfs = s"${LocalHdfs.address}/saved/there"
      stage(TinyModel.path).save(hdfs)
      for (place <- Seq(folder.toString, folder.toUri.toString, root.resolve("file").toString, hdfs)) {
        val told = intercept[OutputException](stage(TinyModel.path).save(place)).getMessage
        assert(told.startsWith(s"$place already exists.") && told.contains(".write().overwrite().save(...)"))
      }
      assert(folder.toFile.list().isEmpty && Files.size(root.resolve("file")) == 1)
      stage(TinyModel.path).write.overwrite().save(folder.toString)
      assert(label(ViTImageClassifier.load(folder.toString).transform(photos)) == expected)
    }
  }

  test("a folder that cannot be written fails with one line") {
    withFolder { root =>
      Files.write(root.resolve("file"), Array[Byte](1))
      for (place <- Seq(s"$root/file/stage", "nowhere://host/stage")) {
        val told = intercept[OutputException](stage(TinyModel.path).save(place)).getMessage
        assert(told.startsWith(s"$place cannot be written: ") && told.linesIterator.size == 1)
      }
    }
  }

  test("a stage without a model is saved, one with a model that is not there is not") {
    withFolder { root =>
      spark
      new ViTImageClassifier().save(root.resolve("empty").toString)
      val loaded = ViTImageClassifier.load(root.resolve("empty").toString)
      assert(!loaded.isDefined(loaded.modelPath))
      val told = intercept[ModelException](stage(Paths.get("/none")).save(root.resolve("broken").toString))
      assert(told.getMessage.contains("/none"))
    }
  }
}
