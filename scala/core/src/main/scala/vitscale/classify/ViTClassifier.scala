package vitscale.classify

import java.nio.file.Path
import java.util.concurrent.{ExecutorService, Executors}

import vitscale.DaemonThreads
import vitscale.classify.Prediction.Answer
import vitscale.device.{Device, DeviceUse, ProviderUse}
import vitscale.forward.ForwardPass
import vitscale.image.RgbImage
import vitscale.image.decode.ImageDecoder
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.OneDnnPass
import vitscale.onnx.OnnxModel
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}

/** Classifies images with a Vision Transformer: bytes in, predictions out, without Spark.
  *
  * Safe for use by many threads; one classifier serves a whole process. An image that fails gives a reason in its place,
  * and its neighbours keep their own labels.
  *
  * {{{
  * val classifier = ViTClassifier.open(Paths.get("models/vit-base-patch16-224"))
  * val answers = classifier.classify(Seq(Files.readAllBytes(photo)), topK = 5)
  * }}}
  */
final class ViTClassifier private (
    val folder: ModelFolder,
    val options: ClassifierOptions,
    preprocessor: Preprocessor,
    model: ForwardPass with AutoCloseable,
    uses: Seq[ProviderUse]
) extends AutoCloseable {

  private val steps = new ImageSteps(folder, preprocessor)
  private val batches = new BatchClassifier(steps, model)

  private val workers: ExecutorService =
    Executors.newFixedThreadPool(options.workers, new DaemonThreads("vitscale-worker"))

  /** Beside a GPU the cores have nothing but images to work on. */
  private val overlapped = options.device match {
    case Device.Cpu => None
    case Device.Gpu(_) => Some(new OverlappedClassifier(steps, model, decoders = options.cores))
  }

  /** Classifies encoded images.
    *
    * @param images
    *   whole files: JPEG, PNG, ...
    * @param topK
    *   labels wanted for each image
    * @return
    *   one answer for each image, in order
    */
  def classify(images: Seq[Array[Byte]], topK: Int = 5): Seq[Either[ImageFailure, Prediction]] =
    classify(images, InferenceOptions(topK))

  /** The same with all that can be asked for. */
  def classify(images: Seq[Array[Byte]], request: InferenceOptions): Seq[Either[ImageFailure, Prediction]] =
    stream(images.iterator, request)(decode).map(_._2).toIndexedSeq

  /** Classifies any number of images as they are read.
    *
    * @param images
    *   read on the caller's thread, a few batches ahead
    * @param parallel
    *   batches at work at a time for this call; on the processor, with 1 the caller's own thread does all the work, which is
    *   best where other threads call as well
    * @param pixels
    *   gives an image's pixels; throws [[vitscale.ImageException]] if it cannot
    * @return
    *   each image with its answer, in order
    */
  def stream[A](images: Iterator[A], request: InferenceOptions, parallel: Int = options.workers)(
      pixels: A => RgbImage
  ): Iterator[(A, Answer)] =
    overlapped.fold(onProcessor(images, request, parallel)(pixels))(
      _.stream(images, request, parallel)(pixels)
    )

  private def onProcessor[A](images: Iterator[A], request: InferenceOptions, parallel: Int)(
      pixels: A => RgbImage
  ): Iterator[(A, Answer)] = {
    val groups = Batches.of(images, request.batchSize, math.max(1, parallel))
    val answered =
      if (parallel <= 1) groups.map(batches.classify(_, request)(pixels))
      else
        OrderedParallel.map(groups, inFlight = parallel + 1, workers)(batches.classify(_, request)(pixels))
    answered.flatten
  }

  /** Runs one batch stage by stage on the caller's thread, and tells what each took.
    *
    * @param images
    *   encoded images that can all be decoded
    * @throws vitscale.ImageException
    *   if one cannot
    */
  def stages(images: Seq[Array[Byte]], request: InferenceOptions): StageNanos =
    new StageProfiler(preprocessor, model, steps, () => System.nanoTime()).run(images, request)(decode)

  /** Prepares the model to be run alone over one batch of encoded images that can all be decoded.
    *
    * @throws vitscale.ImageException
    *   if one cannot
    */
  def forwardOnly(images: Seq[Array[Byte]]): ForwardOnly =
    new ForwardOnly(model, images.map(preprocess), options.concurrentForwards)

  /** Decodes an encoded image within this classifier's limits. */
  def decode(image: Array[Byte]): RgbImage = ImageDecoder.decode(image, options.limits)

  /** What the model sees of an image: its pixels before rescaling. */
  def preprocess(image: Array[Byte]): RgbImage = preprocessor.pixels(decode(image))

  /** What ran the model in one pass on each GPU, as ONNX Runtime's profile of that very session has it; none on the
    * processor.
    */
  def deviceUse: Option[DeviceUse] = DeviceUse.of(options.device, uses)

  /** Waits for the batches at work, then frees the model. */
  override def close(): Unit = {
    overlapped.foreach(_.close())
    workers.shutdown()
    model.close()
  }
}

object ViTClassifier {

  /** Opens a model folder.
    *
    * @param runtime
    *   what computes the forward pass: `onnxruntime`, `onednn`, or `auto` for the one that suits model and machine
    * @throws vitscale.UsageException
    *   if there is no such runtime, or it does not run on the device
    * @throws vitscale.ModelException
    *   if a file is missing, or the files do not fit each other
    */
  def open(
      path: Path,
      precision: String = "fp32",
      options: ClassifierOptions = ClassifierOptions(),
      runtime: String = RuntimeChoice.Auto
  ): ViTClassifier =
    open(RuntimeChoice.open(path, precision, runtime, options.device).folder, options)

  /** Opens a model for the runtime that its folder was opened for. */
  def open(folder: ModelFolder, options: ClassifierOptions): ViTClassifier = {
    val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.preprocessorConfig))
    folder.runtime match {
      case ModelRuntime.OnnxRuntime =>
        val model = OnnxModel.open(folder, preprocessor, options.forward)
        new ViTClassifier(folder, options, preprocessor, model, model.uses)
      case ModelRuntime.OneDnn =>
        val model = OneDnnPass.open(folder, preprocessor, options.forward)
        new ViTClassifier(folder, options, preprocessor, model, Seq.empty)
    }
  }
}
