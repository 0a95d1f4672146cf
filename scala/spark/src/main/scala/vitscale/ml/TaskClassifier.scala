package vitscale.ml

import org.apache.spark.TaskContext

import vitscale.classify.Prediction.Answer
import vitscale.classify.{ClassifierOptions, InferenceOptions, SharedClassifiers}
import vitscale.device.Device
import vitscale.image.RgbImage

/** Classifies what a Spark task reads, with the one classifier that all tasks of its executor share.
  *
  * @param threads
  *   cores of one forward pass on the processor; 0 for the best number
  * @param device
  *   what was asked for; inside a task, which GPU it is says Spark
  */
final private[vitscale] case class TaskClassifier(
    model: ModelLocation,
    threads: Int,
    request: InferenceOptions,
    device: Device
) {

  /** To be called inside a task: the classifier is given back when the task ends, however it ends. */
  def stream[A](images: Iterator[A])(pixels: A => RgbImage): Iterator[(A, Answer)] = {
    val options = ClassifierOptions(
      threads = if (threads == 0) 1 else threads,
      cores = TaskSlots.cores,
      device = TaskDevice.of(device)
    )
    val lease = SharedClassifiers.lease(model.open(options.device), options)
    val task = TaskContext.get()
    task.addTaskCompletionListener[Unit](_ => lease.close())
    val neighbours = math.min(TaskSlots.sharing(options.device), task.numPartitions())
    lease.classifier.stream(images, request, parallel = options.workers / math.max(1, neighbours))(pixels)
  }

  /** Outside of any task: a few images, answered as soon as the cores can. */
  def classify[A](images: Seq[A])(pixels: A => RgbImage): Seq[(A, Answer)] = {
    val default = ClassifierOptions(device = device)
    val options = if (threads == 0) default else default.copy(threads = threads)
    val folder = model.open(options.device)
    RandomWeights.warn(model, folder)
    val lease = SharedClassifiers.lease(folder, options)
    try lease.classifier.stream(images.iterator, request)(pixels).toIndexedSeq
    finally lease.close()
  }
}
