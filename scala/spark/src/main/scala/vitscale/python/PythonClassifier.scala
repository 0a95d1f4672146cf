package vitscale.python

import java.time.Duration
import java.util

import scala.collection.immutable.ListMap

import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.module.scala.DefaultScalaModule

import vitscale.classify.{
  ClassifierOptions,
  Features,
  ImageFailure,
  InferenceOptions,
  Prediction,
  RuntimeChoice,
  ViTClassifier
}
import vitscale.image.DecodeLimits
import vitscale.serving.BatcherOptions

/** The classifier of Python's `vitscale.ViT`. It returns its results over py4j as one string. */
final class PythonClassifier private (classifier: ViTClassifier, choice: RuntimeChoice)
    extends AutoCloseable {

  /** The library that computes its forward pass, `onednn` or `onnxruntime`. */
  def runtime: String = choice.folder.runtime.name

  /** The reason for this choice. */
  def runtimeReason: String = choice.reason

  /** @param contents
    *   for each image its path or its content, see `PythonImages`
    * @param shapes
    *   for each image its width and height, or null
    * @param topK
    *   number of labels; null for the default
    * @param threshold
    *   smallest score of a label; null for none
    * @return
    *   JSON: for each image `{"labels": [{"label_id", "label", "score"}, ...]}`, or `{"error"}`
    */
  def classify(
      contents: util.List[_],
      shapes: String,
      topK: Integer,
      threshold: java.lang.Double,
      batchSize: Int
  ): String = {
    val request = PythonClassifier.request(
      Option(topK).map(_.intValue),
      Option(threshold).map(_.floatValue)
    )
    PythonClassifier.json.writeValueAsString(
      answers(contents, shapes, request.copy(batchSize = batchSize)).map(PythonClassifier.record)
    )
  }

  /** Returns the features of images.
    *
    * @param contents
    *   for each image its path or its content, see `PythonImages`
    * @param shapes
    *   for each image its width and height, or null
    * @param kind
    *   `pooled` or `normalized`
    */
  def features(contents: util.List[_], shapes: String, kind: String, batchSize: Int): PythonFeatures = {
    val wanted = Features.named(kind).getOrElse(Features.Off)
    val request = InferenceOptions(topK = 1, batchSize = batchSize, features = wanted)
    val found =
      answers(contents, shapes, request).map(_.map(_.features.getOrElse(Array.emptyFloatArray)))
    new PythonFeatures(found, classifier.featureCount)
  }

  private def answers(
      contents: util.List[_],
      shapes: String,
      request: InferenceOptions
  ): IndexedSeq[Prediction.Answer] = {
    val images = PythonImages.sent(contents, shapes).iterator
    val limits = classifier.options.limits
    classifier
      .stream(images, request)(PythonImages.pixels(_, limits)(classifier.decode))
      .map(_._2)
      .toIndexedSeq
  }

  /** Opens a queue that merges requests into batches, see [[vitscale.serving.BatcherOptions]].
    *
    * @param maxQueueDelay
    *   in seconds
    */
  def batcher(maxBatchSize: Int, maxQueueSize: Int, maxQueueDelay: Double): PythonBatcher = {
    val delay = Duration.ofNanos((maxQueueDelay * 1e9).toLong)
    new PythonBatcher(classifier, BatcherOptions(maxBatchSize, maxQueueSize, delay))
  }

  /** The warning about the model; null if there is none. */
  def warning: String = classifier.folder.warning.orNull

  override def close(): Unit = classifier.close()
}

object PythonClassifier {

  private[python] val json = JsonMapper.builder().addModule(DefaultScalaModule).build()

  private[vitscale] def open(
      choice: RuntimeChoice,
      threads: Int,
      limits: DecodeLimits
  ): PythonClassifier = {
    val options = if (threads == 0) ClassifierOptions.throughput else ClassifierOptions(threads = threads)
    new PythonClassifier(ViTClassifier.open(choice.folder, options.copy(limits = limits)), choice)
  }

  /** The options of a request with or without a number of labels and a threshold. */
  private[python] def request(topK: Option[Int], threshold: Option[Float]): InferenceOptions =
    InferenceOptions(topK.getOrElse(InferenceOptions.topK(threshold)), threshold = threshold)

  private[python] def record(answer: Prediction.Answer): Map[String, Any] = answer match {
    case Right(prediction) =>
      Map("labels" -> prediction.labels.map { one =>
        ListMap[String, Any]("label_id" -> one.id, "label" -> one.label, "score" -> one.score.toDouble)
      })
    case Left(ImageFailure(_, reason)) => Map("error" -> reason)
  }
}
