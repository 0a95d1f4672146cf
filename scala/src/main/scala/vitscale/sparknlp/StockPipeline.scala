package vitscale.sparknlp

import java.nio.file.Path

import com.johnsnowlabs.nlp.ImageAssembler
import com.johnsnowlabs.nlp.annotators.cv.ViTForImageClassification
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.{DataFrame, SparkSession}

/** Spark NLP's ViT pipeline exactly as its users write it: the baseline, with nothing of ViTScale inside. */
object StockPipeline {

  val imageColumn = "image"
  val assembledColumn = "image_assembler"
  val classColumn = "class"

  /** Spark's image source, as the published benchmark reads it: what cannot be decoded is left out. */
  def read(spark: SparkSession, paths: Seq[String]): DataFrame =
    spark.read
      .format("image")
      .option("dropInvalid", value = true)
      .option("recursiveFileLookup", value = true)
      .load(paths: _*)

  /** Builds the pipeline from an exported model.
    *
    * @param graphFolder
    *   folder with `model.onnx` or `saved_model.pb`, and `assets/`; Spark NLP takes the engine that fits
    */
  def build(spark: SparkSession, graphFolder: Path, batchSize: Int): PipelineModel = {
    val assembler = new ImageAssembler().setInputCol(imageColumn).setOutputCol(assembledColumn)
    val classifier = ViTForImageClassification
      .loadSavedModel(graphFolder.toString, spark)
      .setInputCols(assembledColumn)
      .setOutputCol(classColumn)
      .setBatchSize(batchSize)
    val images = spark.createDataFrame(
      spark.sparkContext.emptyRDD[org.apache.spark.sql.Row],
      org.apache.spark.ml.image.ImageSchema.imageSchema
    )
    new Pipeline().setStages(Array(assembler, classifier)).fit(images)
  }

  /** Saves a pipeline and gives back what a later session would load. */
  def saveAndLoad(pipeline: PipelineModel, folder: Path): PipelineModel = {
    pipeline.write.overwrite().save(folder.toString)
    PipelineModel.load(folder.toString)
  }
}
