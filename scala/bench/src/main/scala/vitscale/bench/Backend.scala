package vitscale.bench

import java.nio.file.Path

import vitscale.device.DeviceUse

/** A backend of the benchmark on the JVM: it maps image files to predictions, end to end. */
trait Backend extends AutoCloseable {

  /** Classify all images. The benchmark measures the time of this call. */
  def classify(images: ImageFolder): Predictions

  /** Classify one image, as a single request. The single-stream scenario measures the time of this call.
    *
    * @return
    *   why the image has no prediction; none if it has one
    */
  def query(file: Path): Option[String]

  /** Measure the stages of images that can all be decoded, one batch after another on one thread. */
  def stages(images: ImageFolder): StageTimes

  /** Pixels, logits and first labels, for comparing this backend with others. */
  def outputs(images: ImageFolder): Iterator[ImageOutput]

  /** Name, version and instruction set of the library that computes the forward pass; none if the backend has only one. */
  def runtime: Option[String] = None

  /** Evidence that a GPU runs the model; none on the CPU. */
  def deviceUse: Option[DeviceUse]
}

/** The results of one pass. Reading them is not part of the measured time. */
trait Predictions {

  /** Number of images with a prediction. */
  def count: Long

  /** The images without a prediction, with the reason for each. */
  def failed: Seq[FailedImage]
}
