package vitscale.ml

import org.apache.spark.ml.Transformer
import org.apache.spark.ml.param.shared.{HasInputCol, HasOutputCol}
import org.apache.spark.ml.param.{BooleanParam, IntParam, Param, ParamMap, ParamValidators}
import org.apache.spark.ml.util._
import org.apache.spark.ml.vitscale.NamedStage
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types._
import org.apache.spark.sql.{DataFrame, Dataset, Encoders, Row}

import vitscale.UsageException
import vitscale.classify.Prediction.Answer
import vitscale.classify.{Features, ImageFailure, InferenceOptions, Prediction}
import vitscale.image.{DecodeLimits, Truncated}

/** Classifies the images of a column with a Vision Transformer, as Transformers' pipeline does.
  *
  * The input column holds encoded images (binary, as Spark's `binaryFile` source reads them; or a struct with the binary field
  * `bytes`, as Hugging Face's `datasets` write them) or decoded ones (the structs of Spark's `image` source). `image.bytes`
  * names a field of a struct, unless a column has that very name. The output column holds the predictions, or the reason why
  * an image has none:
  *
  * {{{
  * predictions: array<struct<label_id: int, label: string, probability: float>>, the likeliest first
  * error:       string, null where the image was classified
  * logits:      array<float> by class id, if returnLogits is set
  * features:    array<float>, if features is set
  * }}}
  *
  * Encoded images are the better input: Spark's image source ignores EXIF orientation and cannot read every JPEG.
  *
  * @groupname param Parameters
  * @groupname setParam Parameter setters
  * @groupname getParam Parameter getters
  */
final class ViTImageClassifier(override val uid: String)
    extends Transformer
    with HasInputCol
    with HasOutputCol
    with AnswerParams
    with DefaultParamsWritable {

  def this() = this(Identifiable.randomUID("ViTImageClassifier"))

  /** Images of one forward pass, 2 by default.
    *
    * @group param
    */
  val batchSize: IntParam =
    new IntParam(this, "batchSize", "images in one forward pass (default: 2)", ParamValidators.gt(0))

  /** Whether the logits of all classes are returned as well; off by default.
    *
    * @group param
    */
  val returnLogits: BooleanParam =
    new BooleanParam(this, "returnLogits", "return the logits of all classes as well (default: false)")

  /** Handling of truncated image files: `error`, the default, returns a row with the reason; `gray` fills the missing part of
    * JPEG and PNG, as Pillow does with `LOAD_TRUNCATED_IMAGES`. Images that Spark has decoded are not affected.
    *
    * @group param
    */
  val truncated: Param[String] =
    new Param[String](
      this,
      "truncated",
      "truncated images: error returns the reason, gray fills the missing part of JPEG and PNG (default: error)",
      ParamValidators.inArray(Truncated.all.map(_.name).toArray)
    )

  /** Features of each image, the input of the classification head: `none`, the default; `pooled`; or `normalized` to an L2
    * norm of 1. For a ViT it is `last_hidden_state[:, 0]` of Transformers' `ViTModel`.
    *
    * @group param
    */
  val features: Param[String] = AnswerParams.features(this)

  setDefault(
    features -> Features.Off.name,
    truncated -> Truncated.Error.name,
    returnLogits -> false,
    inputCol -> "content",
    outputCol -> "classification",
    batchSize -> InferenceOptions().batchSize
  )

  /** @group getParam */
  def getBatchSize: Int = $(batchSize)

  /** @group setParam */
  def setInputCol(value: String): this.type = set(inputCol, value)

  /** @group setParam */
  def setOutputCol(value: String): this.type = set(outputCol, value)

  /** @group setParam */
  def setBatchSize(value: Int): this.type = set(batchSize, value)

  /** @group getParam */
  def getReturnLogits: Boolean = $(returnLogits)

  /** @group setParam */
  def setReturnLogits(value: Boolean): this.type = set(returnLogits, value)

  /** @group getParam */
  def getFeatures: String = $(features)

  /** @group setParam */
  def setFeatures(value: String): this.type = set(features, value)

  /** @group getParam */
  def getTruncated: String = $(truncated)

  /** @group setParam */
  def setTruncated(value: String): this.type = set(truncated, value)

  /** @throws vitscale.UsageException
    *   if the input column is missing, ambiguous or holds no images, the output column already exists, or no model
    *   folder is set
    */
  override def transformSchema(schema: StructType): StructType = {
    if (!isDefined(modelPath))
      throw new UsageException(
        "No model folder is set. Call setModelPath with a folder made by `vitscale export`."
      )
    ImageColumn.of(schema, $(inputCol))
    if (schema.fieldNames.exists(SQLConf.get.resolver(_, $(outputCol))))
      throw new UsageException(
        s"The column ${$(outputCol)} already exists. Choose another with setOutputCol."
      )
    schema.add($(outputCol), ViTImageClassifier.outputType(request))
  }

  override def transform(dataset: Dataset[_]): DataFrame = {
    val schema = transformSchema(dataset.schema, logging = true)
    val asked = request
    asked.requireFits(openModel())
    val classifier =
      taskClassifier(asked).copy(accumulators = Some(ImageAccumulators.of(dataset.sparkSession.sparkContext)))
    val limits = DecodeLimits.default.copy(truncated = Truncated.named($(truncated)))
    val column = ImageColumn.of(dataset.schema, $(inputCol), limits)
    val classified = dataset
      .toDF()
      .mapPartitions { rows: Iterator[Row] =>
        classifier.stream(rows)(column.pixels).map { case (row, answer) =>
          Row.fromSeq(row.toSeq :+ ViTImageClassifier.outputRow(answer, asked))
        }
      }(Encoders.row(schema))
    ColumnMetadata.restore(classified, schema)
  }

  private def request: InferenceOptions =
    requestWith($(features)).copy(returnLogits = $(returnLogits))

  /** Saves the model with the stage. */
  override def write: MLWriter = SavedModel.writer(this, super.write)

  override def copy(extra: ParamMap): ViTImageClassifier = defaultCopy(extra)
}

object ViTImageClassifier extends DefaultParamsReadable[ViTImageClassifier] {

  private val predictionType = ArrayType(
    StructType(
      Seq(
        StructField("label_id", IntegerType, nullable = false),
        StructField("label", StringType, nullable = false),
        StructField("probability", FloatType, nullable = false)
      )
    ),
    containsNull = false
  )

  /** The optional lists of numbers in the output: the name of each, and its values in a prediction. */
  private def numbers(request: InferenceOptions): Seq[(String, Prediction => Option[Array[Float]])] =
    (if (request.returnLogits) Seq("logits" -> ((one: Prediction) => one.logits)) else Seq.empty) ++
      (if (request.features != Features.Off) Seq("features" -> ((one: Prediction) => one.features))
       else Seq.empty)

  private def outputType(request: InferenceOptions): StructType = {
    val fields = Seq(StructField("predictions", predictionType), StructField("error", StringType))
    StructType(fields ++ numbers(request).map { case (name, _) =>
      StructField(name, ArrayType(FloatType, containsNull = false))
    })
  }

  private def outputRow(answer: Answer, request: InferenceOptions): Row = answer match {
    case Right(found) =>
      val predictions = found.labels.map(one => Row(one.id, one.label, one.score))
      Row.fromSeq(Seq(predictions, null) ++ numbers(request).map { case (_, values) =>
        values(found).map(_.toSeq).orNull
      })
    case Left(ImageFailure(_, reason)) =>
      Row.fromSeq(Seq(null, reason) ++ numbers(request).map(_ => null))
  }

  override def read: MLReader[ViTImageClassifier] =
    new NamedStage.Reader[ViTImageClassifier](SavedModel.read(_, _))

  override def load(path: String): ViTImageClassifier = super.load(path)
}
