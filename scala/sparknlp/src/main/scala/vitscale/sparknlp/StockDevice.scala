package vitscale.sparknlp

import java.nio.{ByteBuffer, ByteOrder}
import java.util.Collections

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.providers.OrtCUDAProviderOptions
import ai.onnxruntime.{OnnxTensor, OrtEnvironment, OrtSession}

import vitscale.device.{Device, DeviceUse, ProviderUse}
import vitscale.model.ModelFolder
import vitscale.onnx.{CudaProvider, ProfiledPass}
import vitscale.{DeviceException, NativePath, UsageException}

/** The device that Spark NLP's ONNX engine takes.
  *
  * It is no setting but the jar: `OnnxSession` of Spark NLP 5.5.3 takes CUDA wherever the ONNX Runtime on the class path was
  * built with it, and `sparknlp.start(gpu=True)` does no more than name the artifact `spark-nlp-gpu`, which brings that. The
  * one setting is `spark.jsl.settings.onnx.gpuDeviceId`, by default 0; those of threads are not looked at then.
  */
private[vitscale] object StockDevice {

  private val FirstGpu = 0

  /** Refuses a device other than the one that Spark NLP will take.
    *
    * @param engine
    *   TensorFlow's jars here are those of the processor
    * @return
    *   what shows that the GPU runs the model; none on the processor
    * @throws vitscale.DeviceException
    *   if Spark NLP would take another device, or the GPU cannot be used
    */
  def require(engine: StockEngine, device: Device, model: ModelFolder): Option[DeviceUse] = device match {
    case Device.Cpu =>
      if (engine == StockEngine.Onnx && CudaProvider.isBuiltIn)
        throw new DeviceException(
          "Spark NLP runs on the GPU wherever its ONNX Runtime has CUDA, as in this jar, and no setting keeps it off. " +
            "Measure it on the processor with a jar built by: ./sbtw assembly"
        )
      None
    case _ if engine != StockEngine.Onnx =>
      throw new UsageException(s"Spark NLP's engine ${engine.name} runs on the processor alone here.")
    case Device.Gpu(Seq(FirstGpu)) =>
      CudaProvider.requireBuiltIn(FirstGpu)
      DeviceUse.of(device, Seq(equalSession(model)), DeviceUse.EqualSession)
    case _ => throw new UsageException("Spark NLP uses one GPU, the first.")
  }

  /** Spark NLP's own session cannot be looked into, so one of the same file with the same settings is. */
  private def equalSession(model: ModelFolder): ProviderUse = {
    val settings = new SessionOptions()
    try {
      val (session, use) = CudaProvider.explained(FirstGpu) {
        val cuda = new OrtCUDAProviderOptions(FirstGpu)
        try settings.addCUDA(cuda)
        finally cuda.close()
        NativePath.using(model.onnxFile) { file =>
          ProfiledPass(settings)(OrtEnvironment.getEnvironment.createSession(file, _))(runOnce(_, model))
        }
      }
      session.close()
      use.requireGpu(model.onnxFile)
      use
    } finally settings.close()
  }

  /** Spark NLP hands over normalised floats, whatever the graph. */
  private def runOnce(session: OrtSession, model: ModelFolder): Unit = {
    val shape = Array(1L, 3L, model.imageHeight.toLong, model.imageWidth.toLong)
    val bytes = ByteBuffer.allocateDirect(shape.product.toInt * java.lang.Float.BYTES)
    val image =
      OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment,
        bytes.order(ByteOrder.nativeOrder()).asFloatBuffer(),
        shape
      )
    try session.run(Collections.singletonMap(session.getInputNames.iterator().next(), image)).close()
    finally image.close()
  }
}
