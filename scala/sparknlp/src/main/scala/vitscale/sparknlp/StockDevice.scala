package vitscale.sparknlp

import java.nio.{ByteBuffer, ByteOrder}
import java.util.Collections

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.providers.OrtCUDAProviderOptions
import ai.onnxruntime.{OnnxTensor, OrtSession}

import vitscale.device.{Device, DeviceUse, ProviderUse}
import vitscale.model.ModelFolder
import vitscale.onnx.{CudaProvider, ProfiledPass, SharedEnvironment}
import vitscale.{DeviceException, NativePath, UsageException}

/** The device that Spark NLP's ONNX engine uses.
  *
  * The jar determines it, not a setting. `OnnxSession` of Spark NLP 5.5.3 uses CUDA if the ONNX Runtime on the class path was
  * built with it, and `sparknlp.start(gpu=True)` only selects the artifact `spark-nlp-gpu`, which contains such a build. The
  * only setting is `spark.jsl.settings.onnx.gpuDeviceId`, by default 0; settings of threads are ignored on a GPU.
  */
private[vitscale] object StockDevice {

  private val FirstGpu = 0

  /** Check that Spark NLP will use the requested device.
    *
    * @param engine
    *   engine of Spark NLP; TensorFlow's jars here support only the CPU
    * @return
    *   evidence that the GPU runs the model; none on the CPU
    * @throws vitscale.ModelException
    *   if the model is no plain ViT
    * @throws vitscale.DeviceException
    *   if Spark NLP would use another device, or the GPU cannot be used
    */
  def require(engine: StockEngine, device: Device, model: ModelFolder): Option[DeviceUse] = {
    model.requireVit("Spark NLP's ViTForImageClassification")
    used(engine, device, model)
  }

  private def used(engine: StockEngine, device: Device, model: ModelFolder): Option[DeviceUse] =
    device match {
      case Device.Cpu =>
        if (engine == StockEngine.Onnx && CudaProvider.isBuiltIn)
          throw new DeviceException(
            "Spark NLP always runs on the GPU with this jar, because its ONNX Runtime has CUDA; --device is cpu. " +
              "Build a jar for the CPU: ./sbtw assembly"
          )
        None
      case _ if engine != StockEngine.Onnx =>
        throw new UsageException(
          s"Spark NLP's engine ${engine.name} runs only on the CPU here. Choose --device cpu."
        )
      case Device.Gpu(Seq(FirstGpu)) =>
        CudaProvider.requireBuiltIn(FirstGpu)
        DeviceUse.of(device, Seq(equalSession(model)), DeviceUse.EqualSession)
      case _ => throw new UsageException("Spark NLP uses only the first GPU. Remove --gpus.")
    }

  /** Profile a session of the same file with the same settings, because Spark NLP's own session is not accessible. */
  private def equalSession(model: ModelFolder): ProviderUse = {
    val settings = new SessionOptions()
    try {
      val (session, use) = CudaProvider.explained(FirstGpu) {
        val cuda = new OrtCUDAProviderOptions(FirstGpu)
        try settings.addCUDA(cuda)
        finally cuda.close()
        NativePath.using(model.onnxFile) { file =>
          ProfiledPass(settings)(SharedEnvironment.get.createSession(file, _))(runOnce(_, model))
        }
      }
      session.close()
      use.requireGpu(model.onnxFile)
      use
    } finally settings.close()
  }

  /** Run the session once. Spark NLP passes normalised floats to every graph. */
  private def runOnce(session: OrtSession, model: ModelFolder): Unit = {
    val shape = Array(1L, 3L, model.imageHeight.toLong, model.imageWidth.toLong)
    val bytes = ByteBuffer.allocateDirect(shape.product.toInt * java.lang.Float.BYTES)
    val image =
      OnnxTensor.createTensor(
        SharedEnvironment.get,
        bytes.order(ByteOrder.nativeOrder()).asFloatBuffer(),
        shape
      )
    try session.run(Collections.singletonMap(session.getInputNames.iterator().next(), image)).close()
    finally image.close()
  }
}
