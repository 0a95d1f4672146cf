package vitscale.bench

import java.nio.file.{Files, Path}

import scala.util.control.NonFatal

import vitscale.ImageException
import vitscale.classify.{ClassifierOptions, InferenceOptions, Prediction, RuntimeChoice, ViTClassifier}
import vitscale.device.{Device, DeviceUse}
import vitscale.image.PixelRows
import vitscale.model.ModelFolder

/** ViTScale's own engine, called without Spark: files in, labels out. */
final class VitscaleBackend(classifier: ViTClassifier, batchSize: Int) extends Backend {

  override def classify(images: ImageFolder): Predictions = {
    val answers = stream(images, InferenceOptions(topK = 5, batchSize = batchSize)).toIndexedSeq
    new Answers(images, answers)
  }

  override def query(file: Path): Option[String] =
    classifier.classify(Seq(Files.readAllBytes(file)), topK = 5).head.left.toOption.map(_.reason)

  override def stages(images: ImageFolder): StageTimes = {
    val share = if (images.isSearched) listingTime(images) else 0.0
    val request = InferenceOptions(topK = 5, batchSize = batchSize)
    val batches = images.files.grouped(batchSize).map { files =>
      val (bytes, reading) = StageTimes.timed(files.map(Files.readAllBytes(_)))
      val nanos = classifier.stages(bytes, request)
      StageTimes(
        read = reading,
        decode = nanos.decode / 1e9,
        resize = nanos.resize / 1e9,
        normalise = nanos.normalise / 1e9,
        forward = nanos.forward / 1e9,
        postprocess = nanos.postprocess / 1e9
      )
    }
    batches.foldLeft(StageTimes(list = share))(_ + _)
  }

  /** The share of some images in the time of listing their folder, in seconds. */
  private def listingTime(images: ImageFolder): Double = {
    val (folder, seconds) = StageTimes.timed(ImageFolder.open(images.root))
    seconds * images.size / folder.size
  }

  override def outputs(images: ImageFolder): Iterator[ImageOutput] =
    stream(images, InferenceOptions(topK = 1, batchSize = batchSize, returnLogits = true)).collect {
      case (file, Right(prediction)) =>
        val seen = classifier.preprocess(Files.readAllBytes(file))
        ImageOutput(
          file = images.relative(file),
          labelId = prediction.labels.head.id,
          logits = prediction.logits.getOrElse(Array.empty),
          pixels = seen.toRgb.data,
          height = seen.height,
          width = seen.width
        )
    }

  override def runtime: Option[String] = Some(RuntimeChoice.inWords(classifier.folder.runtime))

  override def deviceUse: Option[DeviceUse] = classifier.deviceUse

  override def close(): Unit = classifier.close()

  private def stream(images: ImageFolder, request: InferenceOptions): Iterator[(Path, Prediction.Answer)] =
    classifier.stream(images.files.iterator, request)(read)

  private def read(file: Path): PixelRows = {
    val bytes =
      try Files.readAllBytes(file)
      catch { case NonFatal(error) => throw new ImageException(s"cannot be read: $error", error) }
    classifier.decode(bytes)
  }

  private final class Answers(images: ImageFolder, answers: Seq[(Path, Prediction.Answer)])
      extends Predictions {
    override def count: Long = answers.count(_._2.isRight).toLong

    override def failed: Seq[FailedImage] = answers.collect { case (file, Left(failure)) =>
      FailedImage(images.relative(file), failure.reason)
    }
  }
}

object VitscaleBackend {

  /** @param threads
    *   threads of one forward pass on the CPU; none runs one thread per pass and one pass per core
    */
  def load(
      model: ModelFolder,
      batchSize: Int,
      threads: Option[Int],
      device: Device = Device.Cpu
  ): VitscaleBackend =
    new VitscaleBackend(ViTClassifier.open(model, options(threads, device)), batchSize)

  private[bench] def options(threads: Option[Int], device: Device): ClassifierOptions =
    threads
      .fold(ClassifierOptions.throughput)(count => ClassifierOptions(threads = count))
      .copy(device = device)
}
