package vitscale

import java.io.IOException
import java.nio.file.{Files, Paths}
import java.util

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.module.scala.DefaultScalaModule

import vitscale.runtime.{
  ClassifierOptions,
  ImageFailure,
  ModelFolder,
  Prediction,
  Request,
  RgbImage,
  ViTClassifier
}

/** What Python's `vitscale.ViT` holds: a classifier whose answers cross py4j as one string. */
final class PythonClassifier private (classifier: ViTClassifier) extends AutoCloseable {

  /** @param images
    *   paths as strings, encoded images as byte arrays
    * @return
    *   JSON: for each image `{"labels": [{"label", "score"}, ...]}`, or `{"error"}`
    */
  def classify(images: util.List[_], topK: Int, batchSize: Int): String = {
    val answers = classifier.stream(images.asScala.iterator, Request(topK, batchSize))(pixels).map(_._2)
    PythonClassifier.json.writeValueAsString(answers.map(PythonClassifier.record).toIndexedSeq)
  }

  override def close(): Unit = classifier.close()

  private def pixels(image: Any): RgbImage = image match {
    case bytes: Array[Byte] => classifier.decode(bytes)
    case path =>
      val bytes =
        try Files.readAllBytes(Paths.get(path.toString))
        catch { case error: IOException => throw new ImageException(s"cannot be read: $error", error) }
      classifier.decode(bytes)
  }
}

object PythonClassifier {

  private val json = JsonMapper.builder().addModule(DefaultScalaModule).build()

  private[vitscale] def open(folder: ModelFolder, threads: Int): PythonClassifier = {
    val options = if (threads == 0) ClassifierOptions.throughput else ClassifierOptions(threads = threads)
    new PythonClassifier(ViTClassifier.open(folder, options))
  }

  private def record(answer: ViTClassifier.Answer): Map[String, Any] = answer match {
    case Right(Prediction(labels, _)) =>
      Map("labels" -> labels.map { case (label, score) =>
        Map[String, Any]("label" -> label, "score" -> score.toDouble)
      })
    case Left(ImageFailure(_, reason)) => Map("error" -> reason)
  }
}
