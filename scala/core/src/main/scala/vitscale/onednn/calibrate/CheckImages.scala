package vitscale.onednn.calibrate

import vitscale.device.Device
import vitscale.forward.ForwardOptions
import vitscale.image.PackedImage
import vitscale.model.ModelFolder
import vitscale.onednn.OneDnnPass
import vitscale.onednn.int8.Int8Scales
import vitscale.preprocess.Preprocessor

/** Images on which a model in 8-bit codes is compared with itself in float32.
  *
  * @param images
  *   as the model sees them
  */
final private[calibrate] class CheckImages(
    folder: ModelFolder,
    preprocessor: Preprocessor,
    images: IndexedSeq[PackedImage]
) {

  private lazy val exact: IndexedSeq[Array[Float]] = logits("fp32", None)

  /** Class ids of the first labels in float32. */
  def exactLabels: IndexedSeq[Int] = exact.map(CheckImages.label)

  /** Computes all images with these scales. */
  def compare(scales: Int8Scales): Comparison = {
    val coded = logits("int8", Some(scales))
    val errors = coded.zip(exact).map { case (a, b) =>
      a.zip(b).map { case (x, y) => math.pow(x.toDouble - y, 2) }.sum / a.length
    }
    Comparison(coded.map(CheckImages.label), exactLabels, errors.sum / math.max(1, errors.size))
  }

  /** The first of them. */
  def take(count: Int): CheckImages = new CheckImages(folder, preprocessor, images.take(count))

  private def logits(precision: String, scales: Option[Int8Scales]): IndexedSeq[Array[Float]] = {
    val cores = Runtime.getRuntime.availableProcessors()
    val options = ForwardOptions(cores, concurrency = 1, graphCache = None, Device.Cpu)
    val pass = OneDnnPass.open(folder.copy(precision = precision), preprocessor, options, scales)
    try {
      val buffers = pass.buffers(2 * cores)
      images.grouped(2 * cores).toIndexedSeq.flatMap { batch =>
        batch.zipWithIndex.foreach { case (image, place) => buffers.put(place, image) }
        pass.forward(buffers, batch.size)
        batch.indices.map(buffers.logitsOf(_).clone())
      }
    } finally pass.close()
  }
}

private[calibrate] object CheckImages {
  private def label(logits: Array[Float]): Int = logits.indexOf(logits.max)
}

/** How a model in 8-bit codes answers.
  *
  * @param labels
  *   class id of each image's first label
  * @param exactLabels
  *   the same in float32
  * @param error
  *   mean squared difference of a logit
  */
final private[vitscale] case class Comparison(
    labels: IndexedSeq[Int],
    exactLabels: IndexedSeq[Int],
    error: Double
) {

  /** Share of images that keep float32's first label. */
  def agreement: Double =
    labels.zip(exactLabels).count { case (a, b) => a == b }.toDouble / math.max(1, labels.size)
}
