package vitscale.ml

import java.nio.file.{Files, Path}

import com.johnsnowlabs.nlp.{Annotation, ImageAssembler, LightPipeline}
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.{DataFrame, Row}
import org.apache.spark.sql.functions.{col, concat, element_at, split}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.{Features, InferenceOptions, Prediction, ScoredLabel, ViTClassifier}
import vitscale.{LocalSpark, TestImages, TinyModel, UsageException}

/** The same pictures through every front door: PNG, so that Spark's decoder and ours see the same pixels. */
class FrontDoorsSuite extends AnyFunSuite with LocalSpark {

  private val names = (0 until 20).map(seed => f"$seed%02d.png")
  private lazy val folder: Path = {
    val created = Files.createTempDirectory("vitscale-images-")
    names.indices.foreach(seed =>
      Files.write(created.resolve(names(seed)), TestImages.encoded(TestImages.picture(seed), "png"))
    )
    created
  }

  /** The first class of the plain JVM classifier, by file name. */
  private lazy val expected: Map[String, ScoredLabel] = {
    val classifier = ViTClassifier.open(TinyModel.path, options = TinyModel.options)
    try
      names.map { name =>
        val answer = classifier.classify(Seq(Files.readAllBytes(folder.resolve(name))), topK = 1).head
        name -> answer.fold(failure => fail(failure.reason), _.labels.head)
      }.toMap
    finally classifier.close()
  }

  private def transformer = new ViTImageClassifier().setModelPath(TinyModel.path.toString)

  private def binary: DataFrame = spark.read.format("binaryFile").load(folder.toString)

  private def images: DataFrame = spark.read.format("image").load(folder.toString)

  private def fileName(path: String) = element_at(split(col(path), "/"), -1)

  private def assertExpected(found: Map[String, ScoredLabel]): Unit = {
    assert(found.keySet == expected.keySet)
    expected.foreach { case (name, ScoredLabel(id, label, score)) =>
      assert((found(name).id, found(name).label) == ((id, label)), name)
      assert(math.abs(found(name).score - score) < 1e-5, name)
    }
  }

  private def collect(rows: DataFrame, path: String): Map[String, ScoredLabel] =
    rows
      .select(
        fileName(path),
        col("classification.predictions")(0)("label_id"),
        col("classification.predictions")(0)("label"),
        col("classification.predictions")(0)("probability")
      )
      .collect()
      .map(row => row.getString(0) -> ScoredLabel(row.getInt(1), row.getString(2), row.getFloat(3)))
      .toMap

  private def first(label: String, metadata: scala.collection.Map[String, String]): ScoredLabel = {
    assert(metadata("label_ids").startsWith(s"[${metadata("label_id")},"))
    assert(metadata("probabilities").startsWith(s"[${metadata(label)},"))
    ScoredLabel(metadata("label_id").toInt, label, metadata(label).toFloat)
  }

  private def collectAnnotated(rows: DataFrame): Map[String, ScoredLabel] =
    rows
      .select(fileName("image.origin"), col("class.result")(0), col("class.metadata")(0))
      .collect()
      .map(row => row.getString(0) -> first(row.getString(1), row.getMap[String, String](2)))
      .toMap

  private lazy val pipeline: PipelineModel = new Pipeline()
    .setStages(
      Array(
        new ImageAssembler().setInputCol("image").setOutputCol("image_assembler"),
        VitScaleForImageClassification
          .loadSavedModel(TinyModel.onnxFolder.toString, spark)
          .setInputCols("image_assembler")
          .setOutputCol("class")
          .setBatchSize(3)
      )
    )
    .fit(images)

  test("the transformer over encoded images, at every batch size and partitioning") {
    for (batchSize <- Seq(1, 3, 64); partitions <- Seq(1, 2, 7))
      assertExpected(
        collect(transformer.setBatchSize(batchSize).transform(binary.repartition(partitions)), "path")
      )
  }

  test("the transformer over the structs of Spark's image source") {
    assertExpected(collect(transformer.setInputCol("image").transform(images), "image.origin"))
  }

  test("the transformer over a graph that takes bytes, with two threads a pass") {
    assertExpected(collect(transformer.setPrecision("fp32-uint8").setThreads(2).transform(binary), "path"))
  }

  test("the annotator in a Spark NLP pipeline") {
    assertExpected(collectAnnotated(pipeline.transform(images)))
  }

  test("the annotator after saving the pipeline, with the model inside, and loading it from elsewhere") {
    val saved = Files.createTempDirectory("vitscale-pipeline-").resolve("saved")
    pipeline.write.overwrite().save(saved.toString)
    val moved = Files.move(saved, saved.resolveSibling("moved"))
    assertExpected(collectAnnotated(PipelineModel.load(moved.toString).transform(images)))
  }

  test("models on a Hadoop file system: a saved pipeline there, and a transformer that reads from it") {
    val saved = s"${LocalSpark.mounted}/${Files.createTempDirectory("vitscale-pipeline-").getFileName}/saved"
    pipeline.write.overwrite().save(saved)
    assertExpected(collectAnnotated(PipelineModel.load(saved).transform(images)))
    val model = s"$saved/stages/${"1_" + pipeline.stages(1).uid}/model"
    assertExpected(collect(transformer.setModelPath(model).transform(binary), "path"))
  }

  test("the annotator in a LightPipeline") {
    val light = new LightPipeline(pipeline)
    val found = expected.keys.map { name =>
      val annotation =
        light.fullAnnotateImage(folder.resolve(name).toString)("class").head.asInstanceOf[Annotation]
      name -> first(annotation.result, annotation.metadata)
    }.toMap
    assertExpected(found)
  }

  test("a row with two images gets two annotations") {
    val once = pipeline.stages(0).transform(images)
    val column = once.schema("image_assembler")
    val twice =
      once.withColumn(column.name, concat(col(column.name), col(column.name)).as("", column.metadata))
    val labels = pipeline.stages(1).transform(twice).select("class.result").collect().map(_.getSeq[String](0))
    assert(labels.length == names.size)
    labels.foreach(both => assert(both.size == 2 && both(0) == both(1)))
  }

  test("a pipeline that asks for other preprocessing than the model is refused") {
    val annotator = pipeline.stages(1).copy(ParamMap.empty).asInstanceOf[VitScaleForImageClassification]
    annotator.setSize(224)
    val error = intercept[UsageException](annotator.transform(pipeline.stages(0).transform(images)))
    assert(error.getMessage.contains("preprocessor_config.json"))
  }

  /** The annotator with changed parameters, as the last stage. */
  private def withAnnotator(change: VitScaleForImageClassification => Unit): PipelineModel = {
    val annotator = pipeline.stages(1).copy(ParamMap.empty).asInstanceOf[VitScaleForImageClassification]
    change(annotator)
    new Pipeline().setStages(Array(pipeline.stages(0), annotator)).fit(images)
  }

  /** File name -> annotation, of a Spark job and of a LightPipeline. */
  private def annotations(made: PipelineModel): Seq[Map[String, Annotation]] = {
    val rows = made.transform(images).select(col("image.origin"), col("class"))
    val ofJob = rows.collect().map { row =>
      val annotation = Annotation(row.getSeq[Row](1).head)
      row.getString(0).split('/').last -> annotation
    }
    val light = new LightPipeline(made)
    val ofLight = names.map { name =>
      name -> light.fullAnnotateImage(folder.resolve(name).toString)("class").head.asInstanceOf[Annotation]
    }
    Seq(ofJob.toMap, ofLight.toMap)
  }

  test("the annotator with a threshold: all labels from it on, or none") {
    for (threshold <- Seq(0.0, 0.2, 1.0)) {
      val asked = InferenceOptions(topK = InferenceOptions.AllLabels, threshold = Some(threshold.toFloat))
      val wanted = answers(asked).map { case (name, answer) => name -> answer.labels.map(_.id) }
      for (found <- annotations(withAnnotator(_.setThreshold(threshold))); name <- names) {
        val metadata = found(name).metadata
        assert(metadata("label_ids") == wanted(name).mkString("[", ",", "]"), name)
        assert(found(name).result.isEmpty == wanted(name).isEmpty && !metadata.contains("error"))
        assert(metadata.get("label_id") == wanted(name).headOption.map(_.toString))
      }
    }
  }

  test("the annotator with features: they are the embeddings") {
    for (kind <- Seq("pooled", "normalized", "none")) {
      val wanted = answers(InferenceOptions(features = Features.named(kind).get))
      for (found <- annotations(withAnnotator(_.setFeatures(kind))); name <- names) {
        val features = wanted(name).features.getOrElse(Array.emptyFloatArray)
        assert(features.isEmpty == (kind == "none") && found(name).embeddings.length == features.length)
        features.zip(found(name).embeddings).foreach { case (a, b) => assert(math.abs(a - b) < 1e-4, name) }
      }
    }
  }

  private def answers(asked: InferenceOptions): Map[String, Prediction] = {
    val classifier = ViTClassifier.open(TinyModel.path, options = TinyModel.options)
    try {
      val files = names.map(name => Files.readAllBytes(folder.resolve(name)))
      names
        .zip(classifier.classify(files, asked).map(_.fold(failure => fail(failure.reason), identity)))
        .toMap
    } finally classifier.close()
  }
}
