package vitscale.onednn

import java.util.concurrent.{Callable, ExecutionException, ExecutorService, Executors}

import scala.jdk.CollectionConverters._

import vitscale.{DaemonThreads, ModelException}
import vitscale.forward.{ForwardBuffers, ForwardOptions, ForwardPass, SessionPool}
import vitscale.model.ModelFolder
import vitscale.preprocess.{PixelLayout, Preprocessor}

/** A ViT open on the processor through oneDNN, used by any number of threads.
  *
  * Each worker computes on one core. A pass that may use several cores divides its images among as many workers.
  *
  * @param precision
  *   `fp32`, `bf16` or `int8`
  */
final private[vitscale] class OneDnnPass private (
    val precision: String,
    layout: PixelLayout,
    classes: Int,
    override val featureCount: Int,
    threads: Int,
    weights: AutoCloseable,
    workers: SessionPool[OneDnnWorker]
) extends ForwardPass
    with AutoCloseable {

  private val helpers: Option[ExecutorService] =
    if (threads > 1) Some(Executors.newFixedThreadPool(workers.count, new DaemonThreads("vitscale-onednn")))
    else None

  override def concurrency: Int = math.max(1, workers.count / threads)

  override def buffers(capacity: Int): ForwardBuffers =
    ForwardBuffers.of(layout, capacity, classes, featureCount)

  /** A plan always writes the features: they cost nothing beside a block. */
  override def forward(buffers: ForwardBuffers, count: Int, withFeatures: Boolean): Unit = {
    val shares = math.min(threads, count)
    val bounds = (0 to shares).map(share => (share.toLong * count / shares).toInt)
    val work = bounds.zip(bounds.tail).map { case (first, end) =>
      () => workers.use(_.run(buffers, first, end - first))
    }
    helpers.filter(_ => shares > 1).fold(work.foreach(_.apply()))(together(work, _))
  }

  /** Waits for all of them, then throws what one of them threw. */
  private def together(work: Seq[() => Unit], pool: ExecutorService): Unit =
    try pool.invokeAll(work.map(part => OneDnnPass.callable(part)).asJava).asScala.foreach(_.get())
    catch { case error: ExecutionException => throw error.getCause }

  /** Waits for the passes that run, then frees all native memory. */
  override def close(): Unit = {
    workers.close(_.close())
    helpers.foreach(_.shutdown())
    weights.close()
  }
}

private[vitscale] object OneDnnPass {

  /** Images of a pass by default, see `vitscale.classify.InferenceOptions`. */
  private val FirstBatch = 2

  /** Opens the weights of a model folder in its precision: `fp32`, `bf16`, or `int8`.
    *
    * @param scales
    *   for int8; by default those of the folder's calibration
    * @throws vitscale.ModelException
    *   if the weights or the calibration are missing or do not fit
    * @throws vitscale.DeviceException
    *   if this process or processor cannot run them
    */
  def open(
      folder: ModelFolder,
      preprocessor: Preprocessor,
      options: ForwardOptions,
      scales: Option[Int8Scales] = None
  ): OneDnnPass = {
    OneDnn.processor
    val precision = folder.precision
    val numbers = Numbers.of(precision, OneDnn.instructions)
    val config = configOf(folder, preprocessor)
    val layout = layoutOf(config, preprocessor)
    val weights = OneDnnWeights.open(folder.path)
    try {
      val chosen =
        if (numbers.isInt8)
          scales.orElse(Some(ScalesFile.read(folder, weights.checkpoint.fingerprint, config)))
        else None
      val workers = openWorkers(config, options) { images =>
        VitPlan.build(config, weights.pack, numbers, images, chosen)
      }
      new OneDnnPass(
        precision,
        layout,
        config.classes,
        config.features,
        options.threads,
        weights,
        new SessionPool(workers, each = 1)
      )
    } catch {
      case error: Throwable =>
        weights.close()
        throw error
    }
  }

  /** One for each core; the first builds a plan at once, so that what is wrong with a model is said when it is opened. */
  private def openWorkers(config: VitConfig, options: ForwardOptions)(
      build: Int => VitPlan
  ): Seq[OneDnnWorker] = {
    val workers = Seq.fill(options.concurrency * options.threads)(new OneDnnWorker(config, build))
    workers.head.prepare(FirstBatch)
    workers
  }

  /** The architecture of a model, for images of the size that its preprocessor makes.
    *
    * @throws vitscale.ModelException
    *   if the engine does not run it, or the images have another size than the model
    */
  private[onednn] def configOf(folder: ModelFolder, preprocessor: Preprocessor): VitConfig = {
    val input = (preprocessor.height, preprocessor.width)
    val config = VitConfig.read(folder.path.resolve("config.json"), folder.labels.size, input)
    if (input != ((config.imageHeight, config.imageWidth)))
      throw new ModelException(
        s"preprocessor_config.json of ${folder.path} makes images of ${preprocessor.height}x${preprocessor.width} pixels; " +
          s"image_size of config.json is ${config.imageHeight}x${config.imageWidth}. Export the model again."
      )
    config
  }

  /** Buffers for callers that run a worker themselves. */
  private[onednn] def buffersOf(
      config: VitConfig,
      preprocessor: Preprocessor,
      capacity: Int
  ): ForwardBuffers =
    ForwardBuffers.of(layoutOf(config, preprocessor), capacity, config.classes, config.features)

  private def layoutOf(config: VitConfig, preprocessor: Preprocessor): PixelLayout =
    new PixelLayout.NormalizedChannels(preprocessor, config.imageHeight, config.imageWidth)

  private def callable(work: () => Unit): Callable[Unit] = () => work()
}
