package vitscale.sparknlp

import java.nio.file.{Files, Path}

import com.johnsnowlabs.nlp.ImageAssembler
import com.johnsnowlabs.nlp.annotators.cv.ViTForImageClassification
import org.apache.commons.io.FileUtils
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.{DataFrameReader, SparkSession}

import vitscale.NativePath

/** Spark NLP's ViT pipeline exactly as its users write it: the baseline, with nothing of ViTScale inside. */
object StockPipeline {

  val imageColumn = "image"
  val assembledColumn = "image_assembler"
  val classColumn = "class"

  /** Spark's image source, as the published benchmark reads it: what cannot be decoded is left out. */
  def reader(spark: SparkSession): DataFrameReader =
    spark.read
      .format("image")
      .option("dropInvalid", value = true)
      .option("recursiveFileLookup", value = true)

  /** Builds the pipeline from an exported model.
    *
    * @param graphFolder
    *   folder with `model.onnx` or `saved_model.pb`, and `assets/`; Spark NLP takes the engine that fits
    */
  def build(spark: SparkSession, graphFolder: Path, batchSize: Int): PipelineModel = {
    val assembler = new ImageAssembler().setInputCol(imageColumn).setOutputCol(assembledColumn)
    val classifier = NativePath
      .plain(graphFolder)(folder => ViTForImageClassification.loadSavedModel(folder.toString, spark))
      .setInputCols(assembledColumn)
      .setOutputCol(classColumn)
      .setBatchSize(batchSize)
    val images = spark.createDataFrame(
      spark.sparkContext.emptyRDD[org.apache.spark.sql.Row],
      org.apache.spark.ml.image.ImageSchema.imageSchema
    )
    new Pipeline().setStages(Array(assembler, classifier)).fit(images)
  }

  /** Saves a pipeline and gives back what a later session would load. Spark NLP saves to a URI and Spark loads a pattern, so
    * the pipeline is saved to a folder of a plain name, moved, and loaded by a link.
    */
  def saveAndLoad(pipeline: PipelineModel, folder: Path): PipelineModel = {
    val place = Files.createTempDirectory("vitscale-pipeline-")
    try {
      pipeline.write.save(place.resolve("saved").toString)
      FileUtils.deleteDirectory(folder.toFile)
      FileUtils.moveDirectory(place.resolve("saved").toFile, folder.toFile)
    } finally FileUtils.deleteDirectory(place.toFile)
    NativePath.plain(folder)(plain => PipelineModel.load(plain.toString))
  }
}
