package vitscale.job.task

import org.apache.spark.{SparkContext, SparkEnv}
import org.apache.spark.rdd.RDD

import vitscale.classify.Prediction.Answer
import vitscale.classify.{ImageFailure, SharedClassifiers}
import vitscale.device.DeviceUse
import vitscale.image.DecodeLimits
import vitscale.image.decode.ImageDecoder
import vitscale.job.records.{Outcome, Predicted, Quarantined, Ranked, ReadFailure, ReadImage}
import vitscale.ml.{ImageAccumulators, TaskClassifier}
import vitscale.{ImageException, ModelException, VitscaleException}

/** ViTScale's own engine: one session for all tasks of an executor, batches filled across the files of a task. */
final class VitscaleEngine(context: SparkContext, classifier: TaskClassifier, limits: DecodeLimits)
    extends Engine {

  private val counted = classifier.copy(accumulators = Some(ImageAccumulators.of(context)))

  override def classify(images: RDD[ReadImage]): RDD[Outcome] = {
    val (tasks, allowed) = (counted, limits)
    images.mapPartitions { read =>
      tasks.stream(read)(VitscaleEngine.pixels(_, allowed)).map { case (image, answer) =>
        VitscaleEngine.outcome(image, answer)
      }
    }
  }

  /** Open the session on every executor in parallel, with one task per core that Spark has now. It stays open for the tasks
    * that follow.
    */
  override def warmUp(): Seq[DeviceUse] = {
    val tasks = classifier
    val slots = math.max(1, context.defaultParallelism)
    val opened = JobDescription.within(context, JobDescription.OpenModel) {
      context
        .parallelize(0 until slots, slots)
        .mapPartitions(_ => Iterator.single(VitscaleEngine.open(tasks)))
        .collect()
    }
    opened.collectFirst { case Left(problem) => throw new ModelException(problem) }
    opened.collect { case Right((executor, uses)) => executor -> uses }.toMap.values.flatten.toSeq
  }
}

private object VitscaleEngine {

  /** Open the session of a task's executor.
    *
    * @return
    *   the error message; or the executor and the use of its GPUs
    */
  private def open(tasks: TaskClassifier): Either[String, (String, Seq[DeviceUse])] =
    try {
      tasks.stream(Iterator.empty: Iterator[ReadImage])(_ => throw new ImageException("no image"))
      Right(SparkEnv.get.executorId -> SharedClassifiers.deviceUses)
    } catch { case error: VitscaleException => Left(error.getMessage) }

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
        val labels = prediction.labels.map(one => Ranked(one.id, one.label, Some(one.score)))
        Predicted(image.path, labels.toVector, System.currentTimeMillis(), prediction.features)
    }
  }
}
