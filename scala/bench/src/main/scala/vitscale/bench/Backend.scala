package vitscale.bench

import java.nio.file.Path

import vitscale.device.DeviceUse

/** What is under test on the JVM: it takes image files and gives predictions, end to end. */
trait Backend extends AutoCloseable {

  /** Classifies all images. What this call takes is what is timed. */
  def classify(images: ImageFolder): Predictions

  /** Classifies one image as users ask for one: what a single-stream run times.
    *
    * @return
    *   why it got no prediction; none if it got one
    */
  def query(file: Path): Option[String]

  /** Where the time of images that can all be decoded goes, one batch after another on one thread. */
  def stages(images: ImageFolder): StageTimes

  /** Pixels, logits and first labels, for comparing this backend with others. */
  def outputs(images: ImageFolder): Iterator[ImageOutput]

  /** Name, version and instruction set of the library that computes the forward pass, where it is chosen for each machine. */
  def runtime: Option[String] = None

  /** What shows that a GPU runs the model; none on the processor. */
  def deviceUse: Option[DeviceUse]
}

/** The outcome of one pass; looking at it is not part of the timing. */
trait Predictions {

  /** Images predicted. */
  def count: Long

  /** The images that got no prediction, with the reason for each. */
  def failed: Seq[FailedImage]
}
