package vitscale.sparknlp

import java.nio.file.{Files, Path}

import com.johnsnowlabs.nlp.ImageAssembler
import com.johnsnowlabs.nlp.annotators.cv.ViTForImageClassification
import org.apache.commons.io.FileUtils
import org.apache.spark.ml.{Pipeline, PipelineModel}
import org.apache.spark.sql.{DataFrameReader, SparkSession}

import vitscale.NativePath

/** Spark NLP's ViT pipeline as its users write it: the baseline, without any code of ViTScale. */
object StockPipeline {

  val imageColumn = "image"
  val assembledColumn = "image_assembler"
  val classColumn = "class"

  /** Spark's image source, with the options of the published benchmark: it skips images that it cannot decode. */
  def reader(spark: SparkSession): DataFrameReader =
    spark.read
      .format("image")
      .option("dropInvalid", value = true)
      .option("recursiveFileLookup", value = true)

  /** Builds the pipeline from an exported model.
    *
    * @param graphFolder
    *   folder with `model.onnx` or `saved_model.pb`, and `assets/`; Spark NLP chooses its engine by these files
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

  /** Save a pipeline and load it again, as a later session would. Spark NLP saves to a URI and Spark loads a pattern, so the
    * pipeline is saved to a folder with a plain name, moved, and loaded through a link.
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
