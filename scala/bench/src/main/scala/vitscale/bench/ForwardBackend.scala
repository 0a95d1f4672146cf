package vitscale.bench

import java.nio.file.{Files, Path}

import vitscale.classify.{ForwardOnly, ViTClassifier}
import vitscale.device.{Device, DeviceUse}
import vitscale.model.ModelFolder

/** The forward pass alone, with the session and the threads of ViTScale's engine: the upper limit of its throughput.
  *
  * A pass over images runs the model for their number, always on the tensors of the first batch. No image is read, decoded or
  * labelled during the measurement. All other methods use the engine.
  */
final class ForwardBackend(classifier: ViTClassifier, batchSize: Int) extends Backend {

  private val engine = new VitscaleBackend(classifier, batchSize)
  private var prepared: Option[ForwardOnly] = None

  override def classify(images: ImageFolder): Predictions = {
    val forward = prepared.getOrElse(prepare(images))
    forward.run(images.files.size)
    new Computed(images.files.size)
  }

  private def prepare(images: ImageFolder): ForwardOnly = {
    val batch = images.files.iterator.map(Files.readAllBytes(_)).take(batchSize)
    prepared = Some(classifier.forwardOnly(batch.toIndexedSeq))
    prepared.get
  }

  override def query(file: Path): Option[String] = engine.query(file)

  override def stages(images: ImageFolder): StageTimes = engine.stages(images)

  override def outputs(images: ImageFolder): Iterator[ImageOutput] = engine.outputs(images)

  override def runtime: Option[String] = engine.runtime

  override def deviceUse: Option[DeviceUse] = engine.deviceUse

  override def close(): Unit = {
    prepared.foreach(_.close())
    engine.close()
  }

  private final class Computed(images: Int) extends Predictions {
    override def count: Long = images.toLong
    override def failed: Seq[FailedImage] = Seq.empty
  }
}

object ForwardBackend {

  def load(model: ModelFolder, batchSize: Int, threads: Option[Int], device: Device): ForwardBackend =
    new ForwardBackend(ViTClassifier.open(model, VitscaleBackend.options(threads, device)), batchSize)
}
