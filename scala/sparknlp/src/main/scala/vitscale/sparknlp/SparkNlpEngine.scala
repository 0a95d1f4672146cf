package vitscale.sparknlp

import java.nio.file.Path

import org.apache.spark.ml.image.ImageSchema
import org.apache.spark.rdd.RDD
import org.apache.spark.sql.types._
import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.vitscale.SparkImageDecoder

import vitscale.ImageException
import vitscale.device.DeviceUse
import vitscale.image.DecodeLimits
import vitscale.image.decode.ImageDecoder
import vitscale.job.records.{Outcome, Predicted, Quarantined, Ranked, ReadFailure, ReadImage, Stage}
import vitscale.job.task.Engine
import vitscale.model.Labels

/** Stock Spark NLP with a strict decoder in front, so that no image is lost.
  *
  * Spark NLP assigns the labels of following images to an image without pixels, and accepts the gray half of a truncated
  * photo. The engine therefore decodes each image strictly first. A failed image is replaced by one gray pixel, whose label
  * is discarded, so every row has an image and keeps its own label.
  *
  * Spark NLP returns only the first label, and not always its probability.
  *
  * @param deviceUse
  *   the use of the device from `StockDevice`
  */
final class SparkNlpEngine(
    spark: SparkSession,
    onnxFolder: Path,
    batchSize: Int,
    limits: DecodeLimits,
    deviceUse: Option[DeviceUse]
) extends Engine {

  private lazy val labelIds = Labels.sparkNlpIds(onnxFolder)
  private lazy val pipeline = StockPipeline.build(spark, onnxFolder, batchSize)

  override def warmUp(): Seq[DeviceUse] = {
    pipeline
    labelIds
    deviceUse.toSeq
  }

  override def classify(images: RDD[ReadImage]): RDD[Outcome] = {
    val (allowed, ids) = (limits, labelIds)
    val rows = images.map(SparkNlpEngine.row(_, allowed))
    pipeline
      .transform(spark.createDataFrame(rows, SparkNlpEngine.schema))
      .select(
        "path",
        "size",
        "stage",
        "reason",
        s"${StockPipeline.classColumn}.result",
        s"${StockPipeline.classColumn}.metadata"
      )
      .rdd
      .map(SparkNlpEngine.outcome(_, ids))
  }
}

private object SparkNlpEngine {

  private val schema = StructType(
    Seq(
      StructField(StockPipeline.imageColumn, ImageSchema.columnSchema),
      StructField("path", StringType),
      StructField("size", LongType),
      StructField("stage", StringType),
      StructField("reason", StringType)
    )
  )

  /** OpenCV's type of three bytes a pixel, as Spark's image schema has it. */
  private val ThreeBytes = 16
  private val placeholder = Row("", 1, 1, 3, ThreeBytes, Array[Byte](127, 127, 127))

  private def row(image: ReadImage, limits: DecodeLimits): Row =
    image.content.flatMap(decoded(image.path, _, limits)) match {
      case Right(pixels) => Row(pixels, image.path, image.size.orNull, null, null)
      case Left(failure) => Row(placeholder, image.path, image.size.orNull, failure.stage, failure.reason)
    }

  private def decoded(path: String, bytes: Array[Byte], limits: DecodeLimits): Either[ReadFailure, Row] =
    try {
      ImageDecoder.decode(bytes, limits)
      SparkImageDecoder
        .decode(path, bytes)
        .toRight(
          ReadFailure(Stage.Decode, "Spark's image source, which Spark NLP reads from, cannot decode it")
        )
    } catch { case error: ImageException => Left(ReadFailure(Stage.Decode, error.getMessage)) }

  private def outcome(row: Row, ids: Map[String, Int]): Outcome = {
    val (path, time) = (row.getString(0), System.currentTimeMillis())
    def quarantined(stage: String, reason: String) =
      Quarantined(path, if (row.isNullAt(1)) None else Some(row.getLong(1)), stage, reason, time)
    if (!row.isNullAt(2)) quarantined(row.getString(2), row.getString(3))
    else
      row.getSeq[String](4) match {
        case Seq(label) if ids.contains(label) =>
          val score = probability(label, row.getSeq[Map[String, String]](5))
          Predicted(path, Seq(Ranked(ids(label), label, score)), time)
        case labels =>
          quarantined(
            Stage.Forward,
            s"Spark NLP returned the labels [${labels.mkString(", ")}]; expected one label of assets/labels.json"
          )
      }
  }

  /** Spark NLP stores a probability under the key `Some(LABEL)`. */
  private def probability(label: String, metadata: Seq[scala.collection.Map[String, String]]): Option[Float] =
    metadata.headOption.flatMap(_.get(s"Some($label)")).map(_.toFloat)
}
