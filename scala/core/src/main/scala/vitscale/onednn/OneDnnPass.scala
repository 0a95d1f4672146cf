package vitscale.onednn

import java.util.concurrent.{ExecutorService, Executors}

import vitscale.forward.{ForwardBuffers, ForwardOptions, ForwardPass, SessionPool}
import vitscale.model.{ModelFolder, PassPrecision}
import vitscale.onednn.int8.{CodedBlocks, Int8Scales, MixedPrecision, ScalesFile}
import vitscale.onednn.layer.OneDnnWeights
import vitscale.onednn.library.{Numbers, OneDnn}
import vitscale.onednn.pass.{Architecture, PassCores}
import vitscale.onednn.vit.VitConfig
import vitscale.preprocess.{PixelLayout, Preprocessor}
import vitscale.{DaemonThreads, ModelException}

/** A model open on the processor through oneDNN, used by any number of threads.
  *
  * @param precision
  *   `fp32`, `bf16` or `int8`, with `-tome8` and the like behind it where blocks merge tokens
  * @param cores
  *   the cores of each pass that may run at the same time
  */
final private[vitscale] class OneDnnPass private (
    val precision: String,
    layout: PixelLayout,
    classes: Int,
    override val featureCount: Int,
    weights: AutoCloseable,
    helpers: Option[ExecutorService],
    cores: SessionPool[PassCores]
) extends ForwardPass
    with AutoCloseable {

  override def concurrency: Int = cores.count

  override def buffers(capacity: Int): ForwardBuffers =
    ForwardBuffers.of(layout, capacity, classes, featureCount)

  /** A plan always writes the features: they cost nothing beside a block. */
  override def forward(buffers: ForwardBuffers, count: Int, withFeatures: Boolean): Unit =
    cores.use(_.run(buffers, count))

  /** Waits for the passes that run, then frees all native memory. */
  override def close(): Unit = {
    cores.close(_.close())
    helpers.foreach(_.shutdown())
    weights.close()
  }
}

private[vitscale] object OneDnnPass {

  /** Images of a pass by default, see `vitscale.classify.InferenceOptions`. */
  private val FirstBatch = 2

  /** Why a model of such an architecture has no int8. */
  val WithoutCodes = "The oneDNN engine computes models of this type in fp32 and bf16, not in int8."

  /** Opens the weights of a model folder in its precision.
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
    val numbers = Numbers.of(PassPrecision.of(precision).numbers, OneDnn.instructions)
    val config = configOf(folder, preprocessor)
    val layout = layoutOf(config, preprocessor)
    val weights = OneDnnWeights.open(folder.path)
    try {
      val chosen =
        if (numbers.isInt8)
          scales.orElse(Some(ScalesFile.read(folder, weights.checkpoint.fingerprint, codedBlocksOf(config))))
        else None
      val plans = config.plans(weights.pack, MixedPrecision(numbers, chosen))
      val helpers = helpersOf(options)
      val cores = Seq.fill(options.concurrency)(new PassCores(plans, options.threads, helpers))
      cores.head.prepare(FirstBatch)
      new OneDnnPass(
        precision,
        layout,
        config.classes,
        config.features,
        weights,
        helpers,
        new SessionPool(cores, each = 1)
      )
    } catch {
      case error: Throwable =>
        weights.close()
        throw error
    }
  }

  /** The threads of passes that take several cores. */
  private def helpersOf(options: ForwardOptions): Option[ExecutorService] =
    if (options.threads == 1) None
    else {
      val count = Math.multiplyExact(options.concurrency, options.threads)
      Some(Executors.newFixedThreadPool(count, new DaemonThreads("vitscale-onednn")))
    }

  /** The same of a ViT.
    *
    * @throws vitscale.ModelException
    *   if the model is none
    */
  private[onednn] def vitOf(folder: ModelFolder, preprocessor: Preprocessor): VitConfig =
    configOf(folder, preprocessor) match {
      case vit: VitConfig => vit
      case _ => throw withoutCodes
    }

  /** The architecture of a model, for images of the size that its preprocessor makes.
    *
    * @throws vitscale.ModelException
    *   if the engine does not run it, or the images have another size than the model
    */
  private[onednn] def configOf(folder: ModelFolder, preprocessor: Preprocessor): Architecture = {
    val input = (preprocessor.height, preprocessor.width)
    val config =
      merging(folder, Architectures.read(folder.path.resolve("config.json"), folder.labels.size, input))
    if (input != ((config.imageHeight, config.imageWidth)))
      throw new ModelException(
        s"preprocessor_config.json of ${folder.path} makes images of ${preprocessor.height}x${preprocessor.width} pixels; " +
          s"image_size of config.json is ${config.imageHeight}x${config.imageWidth}. Export the model again."
      )
    config
  }

  private def merging(folder: ModelFolder, config: Architecture): Architecture = {
    val PassPrecision(numbers, pairs) = PassPrecision.of(folder.precision)
    if (pairs == 0) config
    else
      config
        .merging(pairs)
        .getOrElse(
          throw new ModelException(
            s"The precision ${folder.precision} merges tokens, which needs a ViT that classifies the class token alone and has " +
              s"no relative positions; ${folder.name} is a ${folder.modelType}. Ask for $numbers."
          )
        )
  }

  private def withoutCodes: ModelException =
    new ModelException(s"$WithoutCodes Run int8 on ONNX Runtime: export the model with --precision int8.")

  private def codedBlocksOf(config: Architecture): CodedBlocks =
    config.codedBlocks.getOrElse(throw withoutCodes)

  /** Buffers for callers that run a worker themselves. */
  private[onednn] def buffersOf(
      config: Architecture,
      preprocessor: Preprocessor,
      capacity: Int
  ): ForwardBuffers =
    ForwardBuffers.of(layoutOf(config, preprocessor), capacity, config.classes, config.features)

  private def layoutOf(config: Architecture, preprocessor: Preprocessor): PixelLayout =
    new PixelLayout.NormalizedChannels(preprocessor, config.imageHeight, config.imageWidth)
}
