package vitscale.bench.sparknlp

import java.net.URI
import java.nio.file.{Files, Path, Paths}

import scala.jdk.CollectionConverters._

import com.johnsnowlabs.nlp.LightPipeline
import com.johnsnowlabs.vitscale.SparkNlpInternals
import org.apache.commons.io.FileUtils
import org.apache.spark.ml.PipelineModel
import org.apache.spark.sql.functions.{col, size}
import org.apache.spark.sql.{DataFrame, SparkSession}
import org.apache.spark.vitscale.SparkImageDecoder

import vitscale.FileUri
import vitscale.bench.{Backend, FailedImage, ImageFolder, ImageOutput, Predictions, SparkAction, StageTimes}
import vitscale.device.DeviceUse
import vitscale.model.Labels
import vitscale.sparknlp.StockPipeline

/** Stock Spark NLP, forced by one of the two actions of the published benchmark.
  *
  * @param labelIds
  *   class numbers by the label texts that Spark NLP returns
  */
final class SparkNlpBackend(
    spark: SparkSession,
    pipeline: PipelineModel,
    batchSize: Int,
    action: SparkAction,
    labelIds: Map[String, Int],
    override val deviceUse: Option[DeviceUse]
) extends Backend {

  private val folder: Path = Files.createTempDirectory("vitscale-spark-nlp-")

  override def classify(images: ImageFolder): Predictions = {
    val rows = pipeline
      .transform(images.load(StockPipeline.reader(spark)))
      .select(s"${StockPipeline.imageColumn}.origin", s"${StockPipeline.classColumn}.result")
    action match {
      case SparkAction.Count => new Counted(images, rows.select("result").count())
      case SparkAction.Write =>
        val target = folder.resolve("predictions").toString
        rows.write.mode("overwrite").parquet(target)
        new Written(images, target)
    }
  }

  private lazy val light = new LightPipeline(pipeline)

  override def query(file: Path): Option[String] = {
    def labels = light.fullAnnotateImage(file.toString).getOrElse(StockPipeline.classColumn, Seq.empty)
    if (!FileUri.isText(file)) Some("Spark NLP cannot open a name that is not UTF-8; rename it")
    else if (labels.isEmpty) Some("Spark NLP gave it no label")
    else None
  }

  override def stages(images: ImageFolder): StageTimes = {
    val (_, listing) = StageTimes.timed(images.load(StockPipeline.reader(spark)))
    val inside = new SparkNlpInternals(pipeline)
    val batches = images.files.grouped(batchSize).map { files =>
      val (bytes, reading) = StageTimes.timed(files.map(Files.readAllBytes(_)))
      val (rows, decoding) = StageTimes.timed(
        files.zip(bytes).flatMap { case (file, one) => SparkImageDecoder.decode(file.toUri.toString, one) }
      )
      val inner = inside.stages(rows)
      StageTimes(
        read = reading,
        decode = decoding,
        resize = inner.resize,
        normalise = inner.normalise,
        copy = inner.copy,
        forward = inner.forward,
        postprocess = inner.postprocess
      )
    }
    batches.foldLeft(StageTimes(list = listing))(_ + _)
  }

  override def outputs(images: ImageFolder): Iterator[ImageOutput] = {
    val inside = new SparkNlpInternals(pipeline)
    pipeline
      .transform(images.load(StockPipeline.reader(spark)))
      .select("image", s"${StockPipeline.classColumn}.result")
      .toLocalIterator()
      .asScala
      .map { row =>
        val image = row.getStruct(0)
        ImageOutput(
          file = images.relative(path(image.getAs[String]("origin"))),
          labelId = labelIds.getOrElse(row.getSeq[String](1).head, -1),
          logits = inside.logits(image),
          pixels = inside.pixels(image),
          height = inside.size,
          width = inside.size
        )
      }
  }

  override def close(): Unit = FileUtils.deleteDirectory(folder.toFile)

  /** The images that Spark's image source skips. A count names no file, so the image source is read once more. */
  private final class Counted(images: ImageFolder, override val count: Long) extends Predictions {
    override def failed: Seq[FailedImage] =
      if (count == images.size) Seq.empty
      else missing(images, origins(images.load(StockPipeline.reader(spark)).select("image.origin")))
  }

  private final class Written(images: ImageFolder, target: String) extends Predictions {
    private lazy val predicted = origins(
      spark.read.parquet(target).where(size(col("result")) > 0).select("origin")
    )

    override def count: Long = predicted.size.toLong

    override def failed: Seq[FailedImage] = missing(images, predicted)
  }

  private def origins(rows: DataFrame): Set[Path] =
    rows.collect().map(row => path(row.getString(0))).toSet

  private def path(origin: String): Path = Paths.get(new URI(origin).getPath)

  private def missing(images: ImageFolder, found: Set[Path]): Seq[FailedImage] =
    images.files
      .filterNot(found)
      .map(file => FailedImage(images.relative(file), SparkNlpBackend.reason(file)))
}

object SparkNlpBackend {

  /** Why Spark's image source skipped an image. */
  private def reason(file: Path): String =
    ImageFolder
      .leftOutBySpark(file)
      .getOrElse("left out by Spark's image source, which could not decode it")

  /** Loads the model as users do.
    *
    * @param graphFolder
    *   what an [[vitscale.sparknlp.StockEngine]] takes
    * @param savedPipeline
    *   where the fitted pipeline is saved and loaded again before it is used; none leaves that step out
    * @param deviceUse
    *   what [[vitscale.sparknlp.StockDevice]] says
    */
  def load(
      spark: SparkSession,
      graphFolder: Path,
      batchSize: Int,
      action: SparkAction,
      savedPipeline: Option[Path],
      deviceUse: Option[DeviceUse] = None
  ): SparkNlpBackend = {
    val built = StockPipeline.build(spark, graphFolder, batchSize)
    val pipeline = savedPipeline.fold(built)(StockPipeline.saveAndLoad(built, _))
    new SparkNlpBackend(spark, pipeline, batchSize, action, Labels.sparkNlpIds(graphFolder), deviceUse)
  }
}
