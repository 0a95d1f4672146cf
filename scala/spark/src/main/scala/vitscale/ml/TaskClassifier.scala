package vitscale.ml

import org.apache.spark.TaskContext

import vitscale.classify.Prediction.Answer
import vitscale.classify.{ClassifierOptions, InferenceOptions, SharedClassifiers}
import vitscale.device.Device
import vitscale.image.PixelRows

/** Classifies the images of a Spark task, with one classifier that all tasks of the executor share.
  *
  * @param threads
  *   threads of one forward pass on the CPU; 0 picks the fastest setting
  * @param device
  *   the requested device; inside a task, Spark assigns the GPU
  * @param accumulators
  *   counters in Spark's UI
  */
final private[vitscale] case class TaskClassifier(
    model: ModelLocation,
    threads: Int,
    request: InferenceOptions,
    device: Device,
    accumulators: Option[ImageAccumulators] = None
) {

  /** Classify images inside a task. The lease on the classifier is closed when the task ends or fails. */
  def stream[A](images: Iterator[A])(pixels: A => PixelRows): Iterator[(A, Answer)] = {
    val options = ClassifierOptions(
      threads = if (threads == 0) 1 else threads,
      cores = TaskSlots.cores,
      device = TaskDevice.of(device)
    )
    val lease = SharedClassifiers.lease(model.open(options.device), options)
    val task = TaskContext.get()
    task.addTaskCompletionListener[Unit](_ => lease.close())
    val neighbours = math.min(TaskSlots.sharing(options.device), task.numPartitions())
    val meter = new TaskMeter(accumulators)
    val parallel = options.workers / math.max(1, neighbours)
    lease.classifier.stream(images, request, parallel, meter.clock)(pixels).map { case (image, answer) =>
      meter.count(answer)
      (image, answer)
    }
  }

  /** Classify a few images outside of a task, with the lowest latency.
    *
    * @throws vitscale.UsageException, vitscale.ModelException
    *   if the model cannot answer the request
    */
  def classify[A](images: Seq[A])(pixels: A => PixelRows): Seq[(A, Answer)] = {
    val default = ClassifierOptions(device = device)
    val options = if (threads == 0) default else default.copy(threads = threads)
    val folder = model.open(options.device)
    RandomWeights.warn(model, folder)
    request.requireFits(folder)
    val lease = SharedClassifiers.lease(folder, options)
    try lease.classifier.stream(images.iterator, request)(pixels).toIndexedSeq
    finally lease.close()
  }
}
