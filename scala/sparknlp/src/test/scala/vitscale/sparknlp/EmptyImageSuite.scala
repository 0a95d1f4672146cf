package vitscale.sparknlp

import java.awt.image.BufferedImage

import com.johnsnowlabs.nlp.ImageAssembler
import org.apache.spark.ml.image.ImageSchema
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.types.StructType
import org.apache.spark.sql.{DataFrame, Row}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.ml.VitScaleForImageClassification
import vitscale.{LocalSpark, TestImages, TinyModel}

/** What an image without data, as Spark's image source gives for a file that it cannot decode, does to the other images
  * of its batch.
  */
class EmptyImageSuite extends AnyFunSuite with LocalSpark {

  private val empty = Row("empty.jpg", -1, -1, -1, -1, Array.emptyByteArray)

  /** Already of the model's size, so that both annotators see the same pixels. */
  private val good =
    (0 until 6).map(seed => pixels(s"$seed.png", TestImages.picture(seed, TinyModel.side, TinyModel.side)))

  private lazy val stock = StockPipeline.build(spark, TinyModel.onnxFolder, batchSize = 8)

  private lazy val ours: PipelineModel = {
    val assembler = new ImageAssembler()
      .setInputCol(StockPipeline.imageColumn)
      .setOutputCol(StockPipeline.assembledColumn)
    val classifier = VitScaleForImageClassification
      .loadSavedModel(TinyModel.onnxFolder.toString, spark)
      .setInputCols(StockPipeline.assembledColumn)
      .setOutputCol(StockPipeline.classColumn)
      .setBatchSize(8)
    new Pipeline().setStages(Array(assembler, classifier)).fit(frame(good))
  }

  test("both annotators agree where every image has data, and the labels differ from image to image") {
    val labels = labelsOf(stock, good)
    assert(labels == labelsOf(ours, good))
    assert(labels.distinct.size > 2)
  }

  test("stock Spark NLP gives every later image of the batch the label of its neighbour") {
    val labels = labelsOf(stock, good)
    val found = labelsOf(stock, good.patch(2, Seq(empty), 0))
    // The image without data gets the label of the next one, and so on; the last image gets none.
    assert(found == labels.take(2) ++ labels.drop(2) :+ Seq.empty)
    val ownLabels = labels.take(2) ++ Seq(Seq.empty) ++ labels.drop(2)
    assert(found != ownLabels)
  }

  test("ViTScale's annotator gives a reason for that image, and the others keep their own labels") {
    val rows = ours.transform(frame(good.patch(2, Seq(empty), 0)))
    val found = rows.select(s"${StockPipeline.classColumn}.result").collect().map(_.getSeq[String](0)).toSeq
    assert(found == labelsOf(ours, good).patch(2, Seq(Seq("")), 0))
    val reasons = rows
      .select(s"${StockPipeline.classColumn}.metadata")
      .collect()
      .map(_.getSeq[Map[String, String]](0).head.get("error"))
    assert(reasons(2).exists(_.contains("no pixels")) && reasons.count(_.nonEmpty) == 1)
  }

  private def labelsOf(pipeline: PipelineModel, images: Seq[Row]): Seq[Seq[String]] =
    pipeline
      .transform(frame(images))
      .select(s"${StockPipeline.classColumn}.result")
      .collect()
      .map(_.getSeq[String](0))
      .toSeq

  /** One partition, so that all images are in one batch. */
  private def frame(images: Seq[Row]): DataFrame =
    spark.createDataFrame(
      spark.sparkContext.parallelize(images.map(Row(_)), numSlices = 1),
      new StructType().add("image", ImageSchema.columnSchema)
    )

  private def pixels(name: String, image: BufferedImage): Row = {
    val bytes = for {
      y <- 0 until image.getHeight
      x <- 0 until image.getWidth
      shift <- Seq(0, 8, 16) // blue, green, red
    } yield (image.getRGB(x, y) >> shift).toByte
    Row(name, image.getHeight, image.getWidth, 3, ImageSchema.ocvTypes("CV_8UC3"), bytes.toArray)
  }
}
