package vitscale.onnx

import ai.onnxruntime.{OrtEnvironment, OrtException, OrtSession}

import vitscale.ModelException
import vitscale.device.{Device, ProviderUse}
import vitscale.forward.{ForwardBuffers, ForwardOptions, ForwardPass, SessionPool}
import vitscale.model.ModelFolder
import vitscale.preprocess.Preprocessor

/** A graph open on the processor or on GPUs, used by any number of threads.
  *
  * At most `options.concurrency` passes run at a time; more callers wait, so that the cores are never oversubscribed,
  * nor the memory of a GPU. Passes go to the GPUs in turn, whichever is free.
  *
  * @param uses
  *   the providers of one pass on each GPU; empty on the CPU
  */
final private[vitscale] class OnnxModel private (
    pass: GraphPass,
    turns: SessionPool[OrtSession],
    val uses: Seq[ProviderUse]
) extends ForwardPass
    with AutoCloseable {

  override def concurrency: Int = turns.count

  override def featureCount: Int = pass.featureCount

  override def buffers(capacity: Int): ForwardBuffers = pass.buffers(capacity)

  override def forward(buffers: ForwardBuffers, count: Int, withFeatures: Boolean): Unit =
    turns.use(pass.run(_, buffers, count, withFeatures))

  /** Waits for the passes that run, then frees the sessions. */
  override def close(): Unit = turns.close(_.close())
}

private[vitscale] object OnnxModel {

  /** Version of ONNX Runtime: `1.28.0`. */
  def libraryVersion: String = SharedEnvironment.get.getVersion

  /** Opens the graph of a model folder.
    *
    * @throws vitscale.ModelException
    *   if ONNX Runtime cannot load it, or it does not fit its preprocessing or its labels
    * @throws vitscale.DeviceException
    *   if the GPU cannot be used, or does not run the whole model
    */
  def open(folder: ModelFolder, preprocessor: Preprocessor, options: ForwardOptions): OnnxModel = {
    val environment = SharedEnvironment.get
    def passOf(session: OrtSession): GraphPass = {
      val layout = OnnxSignature.check(session, folder.onnxFile, preprocessor, folder.labels.size)
      val features = OnnxSignature.featureCount(session, folder.onnxFile)
      new GraphPass(environment, layout, folder.labels.size, features)
    }
    explained(folder) {
      options.device match {
        case Device.Cpu => onProcessor(environment, folder, options)(passOf)
        case Device.Gpu(ids) => onGpus(environment, folder, options, ids)(passOf)
      }
    }
  }

  private def onProcessor(environment: OrtEnvironment, folder: ModelFolder, options: ForwardOptions)(
      passOf: OrtSession => GraphPass
  ): OnnxModel = {
    val session =
      GraphCache.open(environment, folder.onnxFile, options.graphCache, () => processorSettings(options))
    try new OnnxModel(passOf(session), new SessionPool(Seq(session), options.concurrency), Seq.empty)
    catch {
      case error: Throwable =>
        session.close()
        throw error
    }
  }

  private def onGpus(
      environment: OrtEnvironment,
      folder: ModelFolder,
      options: ForwardOptions,
      ids: Seq[Int]
  )(passOf: OrtSession => GraphPass): OnnxModel = {
    val opened = GpuSessions.open(environment, folder.onnxFile, ids) { session =>
      val pass = passOf(session)
      pass.run(session, pass.buffers(1), 1)
    }
    val (sessions, uses) = opened.unzip
    new OnnxModel(passOf(sessions.head), new SessionPool(sessions, options.concurrency / ids.size), uses)
  }

  /** Waiting threads do not spin, so that decoding and other passes can use the cores. Weights are allocated outside the
    * arena, which would keep the memory of repacked weights.
    */
  private def processorSettings(options: ForwardOptions): OrtSession.SessionOptions = {
    val settings = new OrtSession.SessionOptions()
    settings.setIntraOpNumThreads(options.threads)
    settings.setInterOpNumThreads(1)
    settings.addConfigEntry("session.intra_op.allow_spinning", "0")
    settings.addConfigEntry("session.use_device_allocator_for_initializers", "1")
    Int8Saturation.makeExact(settings)
    settings
  }

  private def explained[A](folder: ModelFolder)(action: => A): A =
    try action
    catch {
      case error: OrtException =>
        throw new ModelException(
          s"${folder.onnxFile} cannot be loaded: ${error.getMessage}. Export the model again if this persists.",
          error
        )
    }
}
