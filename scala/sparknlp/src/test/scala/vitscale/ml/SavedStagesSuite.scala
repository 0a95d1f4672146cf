package vitscale.ml

import java.nio.file.{Files, Path, Paths}

import org.apache.spark.ml.PipelineModel
import org.apache.spark.sql.DataFrame
import org.scalatest.funsuite.AnyFunSuite

import vitscale.sql.SparkPaths
import vitscale.{LocalSpark, OddNames, TemporaryFolder, TestImages, TinyModel, UsageException}

/** Stages that are saved to folders with the names that real users have, and loaded again. */
class SavedStagesSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val image = TestImages.jpeg(0)

  private def transformer = {
    spark // Spark's writers look for a session
    new ViTImageClassifier().setModelPath(TinyModel.path.toString).setTopK(3)
  }

  private def annotator = VitScaleForImageClassification
    .loadSavedModel(TinyModel.onnxFolder.toString, spark)
    .setInputCols("image_assembler")
    .setOutputCol("class")

  private def labels(rows: DataFrame): Seq[String] =
    rows.select("classification.predictions.label").head().getSeq[String](0)

  private lazy val photos = {
    val session = spark
    import session.implicits._
    Seq(image).toDF("content")
  }

  test("the transformer finds itself again under every name, also beside folders of all the others") {
    withFolder { root =>
      val stage = transformer
      stage.save(root.resolve("a:b").toString)
      stage.write.overwrite().save(root.resolve("a:b").toString)
      OddNames.folders.filterNot(_ == "a:b").foreach(name => stage.save(root.resolve(name).toString))
      OddNames.folders.foreach { name =>
        val loaded = ViTImageClassifier.load(root.resolve(name).toString)
        assert(
          loaded.uid == stage.uid && loaded.getTopK == 3 && loaded.getModelPath == s"$root/$name/model"
        )
      }
    }
  }

  test("the annotator carries its model, below folders of all names") {
    withFolder { root =>
      val folder = OddNames.nested(root)
      annotator.save(folder.toString)
      val loaded = VitScaleForImageClassification.load(folder.toString)
      assert(loaded.getModelPath == s"$folder/model" && loaded.getClasses.toSeq == annotator.getClasses.toSeq)
    }
  }

  test("the transformer reads its model from a folder of any name, as a path and as a URI") {
    withFolder { root =>
      val model = OddNames.nested(root)
      org.apache.commons.io.FileUtils.copyDirectory(TinyModel.path.toFile, model.toFile)
      val expected = labels(transformer.transform(photos))
      for (text <- Seq(model.toString, model.toUri.toString))
        assert(labels(transformer.setModelPath(text).transform(photos)) == expected)
    }
  }

  test("a relative path with a colon is a path") {
    val name = s"vitscale-${System.nanoTime()}:stage"
    try {
      transformer.save(name)
      assert(ViTImageClassifier.load(name).getTopK == 3)
    } finally org.apache.commons.io.FileUtils.deleteDirectory(Paths.get(name).toFile)
  }

  test("Spark's reader of pipelines takes a pattern; escaped, it finds the annotator and its model") {
    withFolder { root =>
      for (name <- Seq("my photos", "run [1]", "{b}", "star*", "back\\slash", "100%", "%20")) {
        val folder: Path = root.resolve(name)
        new org.apache.spark.ml.Pipeline().setStages(Array(annotator)).fit(photos).save(folder.toString)
        val stage = PipelineModel.load(SparkPaths.literal(folder.toString)).stages.head
        val loaded = stage.asInstanceOf[VitScaleForImageClassification]
        assert(Files.isDirectory(Paths.get(loaded.getModelPath)), name)
      }
    }
  }

  test("a folder without a stage is named in one line") {
    withFolder { folder =>
      for (path <- Seq(folder, folder.resolve("none [1]"))) {
        val told = intercept[UsageException](ViTImageClassifier.load(path.toString)).getMessage
        assert(told.contains(path.toString) && told.linesIterator.size == 1)
      }
    }
  }
}
