package vitscale.ml

import java.nio.file.Files

import scala.jdk.CollectionConverters._

import org.apache.spark.sql.functions.{col, lit, when}
import org.apache.spark.sql.types.{Metadata, MetadataBuilder}
import org.apache.spark.sql.{DataFrame, Row}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.SharedClassifiers
import vitscale.{LocalSpark, ModelException, TestImages, TinyModel, UsageException}

class ViTImageClassifierSuite extends AnyFunSuite with LocalSpark {

  private val good = (0 until 9).map(TestImages.jpeg)

  private def rows(images: Seq[Array[Byte]], partitions: Int = 2): DataFrame = {
    val session = spark
    import session.implicits._
    images.zipWithIndex.map(_.swap).toDF("id", "content").repartition(partitions)
  }

  private def transformer = new ViTImageClassifier().setModelPath(TinyModel.path.toString).setTopK(2)

  private def collect(frame: DataFrame): Seq[Row] =
    frame.orderBy("id").select("classification.*").collect().toSeq

  test("a failing image is a row with a reason, its neighbours keep their own labels") {
    val expected = collect(transformer.transform(rows(good)))
    val mixed = good.patch(4, Seq(TestImages.garbage, null, Array.emptyByteArray), 0)
    val found = collect(transformer.setBatchSize(4).transform(rows(mixed)))
    assert(found.patch(4, Seq.empty, 3).map(_.getSeq[Row](0)) == expected.map(_.getSeq[Row](0)))
    found.slice(4, 7).foreach(row => assert(row.isNullAt(0) && row.getString(1).nonEmpty))
    assert(found.patch(4, Seq.empty, 3).forall(_.isNullAt(1)))
  }

  test("the schema is told before anything runs") {
    val frame = rows(good)
    val told = transformer.setReturnLogits(true).transformSchema(frame.schema)
    val result = transformer.setReturnLogits(true).transform(frame)
    assert(result.schema == told)
    assert(collect(result).forall(_.getSeq[Float](2).size == 11))
    assert(result.columns.toSeq == Seq("id", "content", "classification"))
  }

  test("other columns, nulls among them, pass through") {
    val frame = rows(good).withColumn("odd", when(col("id") % 2 === 1, lit("odd")))
    val found = transformer.transform(frame).orderBy("id").select("id", "odd").collect()
    assert(found.toSeq == (0 until 9).map(id => Row(id, if (id % 2 == 1) "odd" else null)))
  }

  test("other columns keep their metadata, also those that share a name") {
    val labels = new MetadataBuilder().putStringArray("labels", Array("cat", "dog")).build()
    val frame = rows(good).withColumn("odd", (col("id") % 2).as("odd", labels))
    val found = transformer.transform(frame.select(col("*"), col("id").as("id")))
    assert(found.columns.toSeq == Seq("id", "content", "odd", "id", "classification"))
    assert(found.schema("odd").metadata == labels && found.schema.count(_.metadata == Metadata.empty) == 4)
    val numbers = found.toDF("id", "content", "odd", "again", "classification")
    assert(numbers.where("again = id and odd = id % 2 and classification.error is null").count() == 9)
  }

  test("a stream keeps its watermark") {
    val stream = spark.readStream.format("rate").load()
    val images = stream.withColumn("content", lit(TestImages.jpeg(0))).withWatermark("timestamp", "1 minute")
    val key = images.schema("timestamp").metadata
    assert(key != Metadata.empty)
    assert(transformer.transform(images).schema("timestamp").metadata == key)
  }

  /** The parameters but the model, which a saved stage contains. */
  private def valuesOf(stage: ViTImageClassifier): Map[String, Any] =
    stage.extractParamMap().toSeq.map(p => p.param.name -> p.value).toMap - stage.modelPath.name

  test("parameters survive saving, loading and copying") {
    val saved = Files.createTempDirectory("vitscale-transformer-").resolve("saved").toString
    val original = transformer.setBatchSize(7).setThreads(2).setPrecision("fp32-uint8").setOutputCol("labels")
    original.write.overwrite().save(saved)
    Seq(ViTImageClassifier.load(saved), original.copy(original.extractParamMap())).foreach { copy =>
      assert(copy.uid == original.uid)
      assert(valuesOf(copy) == valuesOf(original))
    }
  }

  test("a stage that was saved before a parameter existed loads with its default") {
    val saved = Files.createTempDirectory("vitscale-transformer-").resolve("saved")
    transformer.write.overwrite().save(saved.toString)
    val metadata = saved.resolve("metadata")
    val part = Files.list(metadata).iterator().asScala.find(_.getFileName.toString.startsWith("part-")).get
    val text = new String(Files.readAllBytes(part), "UTF-8")
    // Spark writes parameters in an order that depends on the stage's random identifier.
    val older = text.replaceAll(""""features":"none",|,"features":"none"""", "")
    assert(older != text && !older.contains("threshold"))
    Files.deleteIfExists(metadata.resolve(s".${part.getFileName}.crc"))
    Files.write(part, older.getBytes("UTF-8"))
    val loaded = ViTImageClassifier.load(saved.toString)
    assert(loaded.getFeatures == "none" && !loaded.isDefined(loaded.threshold))
    assert(collect(loaded.transform(rows(good))) == collect(transformer.transform(rows(good))))
  }

  test("a threshold and features shape the rows: empty predictions, and numbers where they are asked for") {
    val stage = transformer.setThreshold(0.999).setFeatures("normalized").setReturnLogits(true)
    val found = collect(stage.transform(rows(good :+ TestImages.garbage)))
    assert(found.head.schema.fieldNames.toSeq == Seq("predictions", "error", "logits", "features"))
    found.init.foreach { row =>
      assert(row.getSeq[Row](0).isEmpty && row.isNullAt(1))
      val norm = row.getSeq[Float](3).map(x => x.toDouble * x).sum
      assert(math.abs(norm - 1) < 1e-5)
    }
    assert(found.last.isNullAt(0) && found.last.isNullAt(3) && !found.last.isNullAt(1))
    val all = new ViTImageClassifier().setModelPath(TinyModel.path.toString).setThreshold(0)
    assert(collect(all.transform(rows(good))).forall(_.getSeq[Row](0).size == 11), "all without topK")
    assert(collect(all.setTopK(3).transform(rows(good))).forall(_.getSeq[Row](0).size == 3))
    assertThrows[IllegalArgumentException](all.setThreshold(1.5))
    assertThrows[IllegalArgumentException](all.setFeatures("mean"))
  }

  test("tasks share one session") {
    SharedClassifiers.closeIdle()
    assert(collect(transformer.setBatchSize(1).transform(rows(good, partitions = 6))).size == 9)
    assert(SharedClassifiers.open == 1)
  }

  test("an iterator that is not read to its end gives the session back") {
    SharedClassifiers.closeIdle()
    assert(transformer.transform(rows(good)).limit(1).collect().length == 1)
    SharedClassifiers.closeIdle()
    assert(SharedClassifiers.open == 0)
  }

  test("wrong columns and parameters are refused before anything runs") {
    val frame = rows(good)
    def message(stage: ViTImageClassifier) = intercept[UsageException](stage.transform(frame)).getMessage
    assert(
      message(transformer.setInputCol("picture"))
        .contains("There is no column picture; the columns are id, content")
    )
    assert(message(transformer.setInputCol("id")).contains("holds int, expected binary"))
    assert(message(transformer.setOutputCol("id")).contains("The column id already exists"))
    assert(message(new ViTImageClassifier()).contains("setModelPath"))
    assertThrows[IllegalArgumentException](transformer.setBatchSize(0))
  }

  test("a model folder that lacks a file is refused before anything runs") {
    val folder = TinyModel.copy()
    Files.delete(folder.resolve("preprocessor_config.json"))
    val error = intercept[ModelException](transformer.setModelPath(folder.toString).transform(rows(good)))
    assert(
      error.getMessage.contains("lacks preprocessor_config.json") && error.getMessage.contains(
        "vitscale export"
      )
    )
  }
}
