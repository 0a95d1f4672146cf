package vitscale.job

import org.apache.spark.SparkContext
import org.apache.spark.rdd.RDD

import vitscale.ml.TaskClassifier
import vitscale.runtime.ViTClassifier.Answer
import vitscale.runtime.{DecodeLimits, ImageDecoder, ImageFailure}
import vitscale.{ImageException, ModelException, VitscaleException}

/** ViTScale's own engine: one session for all tasks of an executor, batches filled across the files of a task. */
final class VitscaleEngine(context: SparkContext, classifier: TaskClassifier, limits: DecodeLimits)
    extends Engine {

  override def classify(images: RDD[ReadImage]): RDD[Outcome] = {
    val (tasks, allowed) = (classifier, limits)
    images.mapPartitions { read =>
      tasks.stream(read)(VitscaleEngine.pixels(_, allowed)).map { case (image, answer) =>
        VitscaleEngine.outcome(image, answer)
      }
    }
  }

  /** Opens the session on every executor side by side, a task for each core that Spark has now. It stays open for the
    * tasks that follow.
    */
  override def warmUp(): Unit = {
    val tasks = classifier
    val slots = math.max(1, context.defaultParallelism)
    val problems = context
      .parallelize(0 until slots, slots)
      .mapPartitions { _ =>
        try
          tasks
            .stream(Iterator.empty: Iterator[ReadImage])(_ => throw new ImageException("no image"))
            .map(_ => "")
        catch { case error: VitscaleException => Iterator.single(error.getMessage) }
      }
      .collect()
    problems.headOption.foreach(problem => throw new ModelException(problem))
  }
}

private object VitscaleEngine {

  private def pixels(image: ReadImage, limits: DecodeLimits) = image.content match {
    case Right(bytes) => ImageDecoder.decode(bytes, limits)
    case Left(failure) => throw new ImageException(failure.reason)
  }

  private def outcome(image: ReadImage, answer: Answer): Outcome = {
    def quarantined(stage: String, reason: String) =
      Quarantined(image.path, image.size, stage, reason, System.currentTimeMillis())
    (image.content, answer) match {
      case (Left(ReadFailure(stage, reason)), _) => quarantined(stage, reason)
      case (_, Left(ImageFailure(stage, reason))) => quarantined(stage, reason)
      case (_, Right(prediction)) =>
        val labels = prediction.labels.map { case (label, probability) => Ranked(label, Some(probability)) }
        Predicted(image.path, labels.toVector, System.currentTimeMillis())
    }
  }
}
