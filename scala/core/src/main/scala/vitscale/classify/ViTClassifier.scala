package vitscale.classify

import java.nio.file.Path
import java.util.concurrent.{Callable, ExecutorService, Executors, Future, RejectedExecutionException}

import vitscale.classify.Prediction.Answer
import vitscale.device.{Device, DeviceUse, ProviderUse}
import vitscale.forward.ForwardPass
import vitscale.image.decode.ImageDecoder
import vitscale.image.{PackedImage, PixelRows}
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.OneDnnPass
import vitscale.onnx.OnnxModel
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}
import vitscale.{DaemonThreads, UsageException}

/** Classifies images with a Vision Transformer: bytes in, predictions out, without Spark.
  *
  * Thread-safe: one classifier serves a whole process. A failed image returns its reason, and does not affect other images.
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
    private[vitscale] val model: ForwardPass with AutoCloseable,
    uses: Seq[ProviderUse]
) extends AutoCloseable {

  private[vitscale] val steps = new ImageSteps(folder, preprocessor)
  private val batches = new BatchClassifier(steps, model)

  private val workers: ExecutorService =
    Executors.newFixedThreadPool(options.workers, new DaemonThreads("vitscale-worker"))

  /** With a GPU, all cores decode images. */
  private val overlapped = options.device match {
    case Device.Cpu => None
    case Device.Gpu(_) => Some(new OverlappedClassifier(steps, model, decoders = options.cores))
  }

  /** Classifies encoded images.
    *
    * @param images
    *   whole files: JPEG, PNG, ...
    * @param topK
    *   number of labels for each image
    * @return
    *   one result for each image, in order
    */
  def classify(images: Seq[Array[Byte]], topK: Int = 5): Seq[Either[ImageFailure, Prediction]] =
    classify(images, InferenceOptions(topK))

  /** Classify encoded images with all options of a request. */
  def classify(images: Seq[Array[Byte]], request: InferenceOptions): Seq[Either[ImageFailure, Prediction]] =
    stream(images.iterator, request)(decode).map(_._2).toIndexedSeq

  /** Classifies any number of images as they are read.
    *
    * @param images
    *   read on the caller's thread, a few batches ahead
    * @param parallel
    *   number of batches in progress at a time for this call. On the CPU, 1 runs all work on the caller's thread, which is
    *   best if other threads call as well.
    * @param clock
    *   adds up the time of each stage
    * @param pixels
    *   returns the pixels of an image; throws [[vitscale.ImageException]] if it cannot
    * @return
    *   each image with its result, in order
    * @throws vitscale.UsageException
    *   if the request has a threshold and the model is a regression; from the iterator, if the classifier was closed
    * @throws vitscale.ModelException
    *   if the request has features and the model's graph has none
    */
  def stream[A](
      images: Iterator[A],
      request: InferenceOptions,
      parallel: Int = options.workers,
      clock: StageClock = new StageClock
  )(pixels: A => PixelRows): Iterator[(A, Answer)] = {
    requireFits(request)
    overlapped.fold(onProcessor(images, request, parallel, clock)(pixels))(
      _.stream(images, request, parallel, clock)(pixels)
    )
  }

  private[vitscale] def requireFits(request: InferenceOptions): Unit = {
    request.requireFits(folder)
    if (request.withFeatures && featureCount == 0) throw folder.withoutFeatures
  }

  /** Width of the features; 0 if the model has none. */
  def featureCount: Int = model.featureCount

  private def onProcessor[A](
      images: Iterator[A],
      request: InferenceOptions,
      parallel: Int,
      clock: StageClock
  )(pixels: A => PixelRows): Iterator[(A, Answer)] = {
    val groups = Batches.of(images, request.batchSize, math.max(1, parallel))
    val answered =
      if (parallel <= 1) groups.map(batches.classify(_, request, clock)(pixels))
      else
        OrderedParallel.mapStarted(groups, inFlight = parallel + 1) { group =>
          start(batches.classify(group, request, clock)(pixels))
        }
    answered.flatten
  }

  private def start[B](work: => B): Future[B] =
    try workers.submit(new Callable[B] { override def call(): B = work })
    catch { case _: RejectedExecutionException => throw UsageException.closedModel }

  /** Run one batch stage by stage on the caller's thread, and return the time of each stage.
    *
    * @param images
    *   encoded images that can all be decoded
    * @throws vitscale.ImageException
    *   if one cannot
    */
  def stages(images: Seq[Array[Byte]], request: InferenceOptions): StageNanos =
    new StageProfiler(preprocessor, model, steps, () => System.nanoTime()).run(images, request)(decode)

  /** Prepare a measurement of the forward pass alone, over one batch of encoded images that can all be decoded.
    *
    * @throws vitscale.ImageException
    *   if one cannot
    */
  def forwardOnly(images: Seq[Array[Byte]]): ForwardOnly =
    new ForwardOnly(model, images.map(preprocess), options.concurrentForwards)

  /** Decodes an encoded image within this classifier's limits. */
  def decode(image: Array[Byte]): PixelRows = ImageDecoder.decode(image, options.limits)

  /** Return the model's input before rescaling: the resized and cropped 8-bit pixels of an image. */
  def preprocess(image: Array[Byte]): PackedImage = preprocessor.pixels(decode(image))

  /** The execution providers of one pass on each GPU, from ONNX Runtime's profile of the same session; none on the CPU. */
  def deviceUse: Option[DeviceUse] = DeviceUse.of(options.device, uses)

  /** Wait for the batches in progress, then free the model. */
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
    *   library that computes the forward pass: `onnxruntime`, `onednn`, or `auto` for the faster one here
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
