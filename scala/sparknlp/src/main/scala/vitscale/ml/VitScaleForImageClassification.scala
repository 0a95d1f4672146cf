package vitscale.ml

import scala.annotation.nowarn

import com.johnsnowlabs.nlp.AnnotatorType.{CATEGORY, IMAGE}
import com.johnsnowlabs.nlp._
import org.apache.spark.ml.param.Param
import org.apache.spark.ml.util.{DefaultParamsReadable, Identifiable, MLReader, MLWriter}
import org.apache.spark.ml.vitscale.NamedStage
import org.apache.spark.sql.{Dataset, Row, SparkSession}

import vitscale.ImageException
import vitscale.classify.Prediction.Answer
import vitscale.classify.{Features, ImageFailure, InferenceOptions, ScoredLabel}
import vitscale.image.RgbImage
import vitscale.model.ModelRuntime

/** Replaces Spark NLP's `ViTForImageClassification` in a pipeline: the same input and output annotations, with ViTScale's
  * preprocessing and forward pass.
  *
  * {{{
  * val classifier = VitScaleForImageClassification
  *   .loadSavedModel("models/vit-base-patch16-224/onnx/fp32", spark)
  *   .setInputCols("image_assembler")
  *   .setOutputCol("class")
  * }}}
  *
  * Every image has its own annotation. `result` is the likeliest label; `metadata` has the image's fields as in
  * Spark NLP, and the probabilities of the `topK` likeliest labels, each under the label's name. Two classes may have one
  * label text, so `label_id` is the class number of `result`; `label_ids` and `probabilities` are those of all `topK` classes
  * as JSON arrays, the likeliest first. A label that is named as one of these keys or of the image's fields (`image`,
  * `height`, `width`, `nChannels`, `mode`, `origin`, `error`) or begins with `label:` stands under `label:` and its name. An
  * image that fails has an empty `result` and the reason under `error`. With a `threshold` an image may have no label: its
  * `result` is empty too, without an `error`. `embeddings` are the features, if `features` is set.
  *
  * @groupname param Parameters
  * @groupname setParam Parameter setters
  * @groupname getParam Parameter getters
  */
class VitScaleForImageClassification(override val uid: String)
    extends AnnotatorModel[VitScaleForImageClassification]
    with HasBatchedAnnotateImage[VitScaleForImageClassification]
    with ModelImageProperties
    with AnswerParams {

  /** Needed by Spark to read a saved pipeline. */
  def this() = this(Identifiable.randomUID("VitScaleForImageClassification"))

  override val outputAnnotatorType: AnnotatorType = CATEGORY

  override val inputAnnotatorTypes: Array[AnnotatorType] = Array(IMAGE)

  // A replacement of Spark NLP's annotator runs the same graph, and a saved pipeline contains only that graph.
  setDefault(batchSize -> InferenceOptions().batchSize, runtime -> ModelRuntime.OnnxRuntime.name)

  /** Features of each image, the input of the classification head, as `embeddings` of its annotation: `none`, the default;
    * `pooled`; or `normalized` to an L2 norm of 1. The parameter's name is `features`, which in Scala is a member of Spark
    * NLP's annotators.
    *
    * @group param
    */
  val featureKind: Param[String] = AnswerParams.features(this)

  setDefault(featureKind -> Features.Off.name)

  /** @group getParam */
  def getFeatures: String = $(featureKind)

  /** @group setParam */
  def setFeatures(value: String): this.type = set(featureKind, value)

  /** The labels that the model knows, by class id. */
  def getClasses: Array[String] = location.open().labels.toArray

  override def beforeAnnotate(dataset: Dataset[_]): Dataset[_] = {
    val model = openModel()
    checkImageProperties(model)
    requestWith($(featureKind)).requireFits(model)
    dataset
  }

  /** Annotates the rows of a Spark task as they are read. */
  override def batchProcess(rows: Iterator[_]): Iterator[Row] = {
    val images = AnnotatedRows.imagesOf(rows.map { case row: Row => row }, getInputCols)
    val answered = classifier.stream(images)(image => VitScaleForImageClassification.pixels(image.annotation))
    AnnotatedRows.regroup(answered.map { case (image, answer) =>
      image -> VitScaleForImageClassification.annotation(image.annotation, answer)
    })
  }

  /** Annotates images outside of Spark (`LightPipeline`). */
  override def batchAnnotate(batches: Seq[Array[AnnotationImage]]): Seq[Seq[Annotation]] = {
    val images = batches.flatten.map(Option(_))
    val answers = classifier.classify(images)(image => LightImage.pixels(image.get)).iterator
    val annotations = answers.map((VitScaleForImageClassification.annotation _).tupled)
    batches.map(_.toVector.map(_ => annotations.next()))
  }

  private def classifier: TaskClassifier = taskClassifier(requestWith($(featureKind)))

  /** Saves the model with the stage. */
  override def write: MLWriter = SavedModel.writer(this, super.write)
}

object VitScaleForImageClassification extends DefaultParamsReadable[VitScaleForImageClassification] {

  override def read: MLReader[VitScaleForImageClassification] =
    new NamedStage.Reader[VitScaleForImageClassification](SavedModel.read(_, _))

  /** Loads an exported model.
    *
    * @param path
    *   what Spark NLP's annotator takes, a folder with `model.onnx` and `assets/`; or a whole model folder, whose `onnx/fp32`
    *   is used unless `setPrecision` names another
    * @param spark
    *   unused; in Spark NLP's signature
    * @throws vitscale.ModelException
    *   if a file is missing, or the files do not fit each other
    */
  def loadSavedModel(
      path: String,
      @nowarn("cat=unused") spark: SparkSession
  ): VitScaleForImageClassification = {
    val annotator = new VitScaleForImageClassification().setModelPath(path)
    annotator.setImageProperties(annotator.openModel())
  }

  override def load(path: String): VitScaleForImageClassification = super.load(path)

  private def pixels(image: Option[AnnotationImage]): RgbImage = {
    val found = image.getOrElse(throw new ImageException("there is no image in this row"))
    SparkImage.toRgb(found.width, found.height, found.nChannels, found.result)
  }

  private def annotation(image: Option[AnnotationImage], answer: Answer): Annotation = {
    val (label, found) = answer match {
      case Right(prediction) => (prediction.labels.headOption.fold("")(_.label), scores(prediction.labels))
      case Left(ImageFailure(_, reason)) => ("", Map(Error -> reason))
    }
    val features = answer.toOption.flatMap(_.features)
    Annotation(
      annotatorType = CATEGORY,
      begin = 0,
      end = label.length - 1,
      result = label,
      metadata = found ++ image.fold(Map("image" -> "0"))(fields),
      embeddings = features.getOrElse(Array.emptyFloatArray)
    )
  }

  private def scores(labels: Seq[ScoredLabel]): Map[String, String] = {
    // Of classes with one name the likeliest stays.
    val byName = labels.reverse.map(one => key(one.label) -> one.score.toString).toMap
    byName ++ labels.headOption.map(LabelId -> _.id.toString) ++ Map(
      LabelIds -> labels.map(_.id).mkString("[", ",", "]"),
      Probabilities -> labels.map(_.score).mkString("[", ",", "]")
    )
  }

  private val LabelId = "label_id"
  private val LabelIds = "label_ids"
  private val Probabilities = "probabilities"
  private val Error = "error"
  private val LabelPrefix = "label:"
  private val ownKeys =
    Set("image", "height", "width", "nChannels", "mode", "origin", Error, LabelId, LabelIds, Probabilities)

  /** Return the metadata key of a label's probability: its name, unless that is another key. */
  private def key(label: String): String =
    if (ownKeys.contains(label) || label.startsWith(LabelPrefix)) LabelPrefix + label else label

  private def fields(image: AnnotationImage): Map[String, String] = Map(
    "image" -> "0",
    "height" -> image.height.toString,
    "width" -> image.width.toString,
    "nChannels" -> image.nChannels.toString,
    "mode" -> image.mode.toString,
    "origin" -> image.origin
  )
}
