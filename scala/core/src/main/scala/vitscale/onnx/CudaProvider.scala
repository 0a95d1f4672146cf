package vitscale.onnx

import scala.jdk.CollectionConverters._

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.providers.OrtCUDAProviderOptions
import ai.onnxruntime.{OrtEnvironment, OrtException, OrtProvider}

import vitscale.DeviceException

/** ONNX Runtime's CUDA provider: the session settings of a GPU, and the error if there is none.
  *
  * The Java API of ONNX Runtime 1.28 has no I/O binding, no allocator and no page-locked memory (issue 26209 of
  * microsoft/onnxruntime): a pass reads a direct buffer of the JVM and writes another, and the copies to the device and back
  * are part of it. So two passes are in flight on each device, in separate CUDA streams: one is copied while the other
  * computes. A graph that takes bytes (`-uint8`) has a quarter of the bytes to copy.
  */
private[vitscale] object CudaProvider {

  /** Whether this ONNX Runtime was built with CUDA. The machine may still have no GPU. */
  def isBuiltIn: Boolean = OrtEnvironment.getAvailableProviders.contains(OrtProvider.CUDA)

  /** @param id
    *   the requested GPU
    * @throws vitscale.DeviceException
    *   if this ONNX Runtime was built without CUDA
    */
  def requireBuiltIn(id: Int): Unit =
    if (!isBuiltIn) {
      val found = OrtEnvironment.getAvailableProviders.asScala.map(_.toString).mkString(", ")
      throw new DeviceException(CudaProblem.notBuiltIn(id, found, sys.props.get("onnxruntime.native.path")))
    }

  /** Makes sessions run on a GPU.
    *
    *   - `use_tf32`: off, so that fp32 means fp32, as it does in torch.
    *   - `cudnn_conv_algo_search`: the patches' one convolution is not worth an exhaustive search for each new batch size.
    *   - `arena_extend_strategy`: allocates the requested size; doubling wastes up to half of the device's memory.
    *   - `enable_skip_layer_norm_strict_mode`: the norms of a float16 graph add up in float32.
    *   - Memory patterns are off: with passes on several threads, CUDA does not free their memory (issue 29351).
    *
    * @throws vitscale.DeviceException
    *   if the GPU cannot be used; the message names the missing part
    */
  def addTo(settings: SessionOptions, id: Int): Unit = {
    requireBuiltIn(id)
    explained(id) {
      val cuda = new OrtCUDAProviderOptions(id)
      try {
        cuda.add("use_tf32", "0")
        cuda.add("cudnn_conv_algo_search", "HEURISTIC")
        cuda.add("arena_extend_strategy", "kSameAsRequested")
        cuda.add("enable_skip_layer_norm_strict_mode", "1")
        settings.addCUDA(cuda)
      } finally cuda.close()
      settings.setMemoryPatternOptimization(false)
    }
  }

  /** Run an action that fails without a driver, a library or a device. Other errors are passed on.
    *
    * @throws vitscale.DeviceException
    *   if the error is CUDA's
    */
  def explained[A](id: Int)(action: => A): A =
    try action
    catch {
      case error: OrtException if CudaProblem.concerns(error.getMessage) =>
        throw new DeviceException(CudaProblem.explain(error.getMessage, id, CudaProblem.driver()), error)
    }
}
