package vitscale.onnx

import java.nio.file.{Files, Path, Paths}

import scala.util.Try
import scala.util.matching.Regex

/** Explains to the user why a GPU cannot be used, from the messages of ONNX Runtime and the system. */
private[onnx] object CudaProblem {

  private val MissingLibrary = """([\w.+-]+\.so[.\d]*): cannot open shared object file""".r.unanchored
  private val NoDriver =
    """(?i)no CUDA-capable device|driver version is insufficient|CUDA failure (?:35|100|803|804)\b|libcuda\.so""".r
  private val NoSuchGpu = """(?i)invalid device ordinal|CUDA failure 101\b""".r
  private val NoMemory = """(?i)out of memory|failed to allocate memory|CUBLAS_STATUS_ALLOC_FAILED""".r
  private val OfCuda = """(?i)cuda|cudnn|cublas|cannot open shared object file""".r

  /** Return the message for an ONNX Runtime without CUDA.
    *
    * @param id
    *   the requested GPU
    * @param providers
    *   execution providers of this ONNX Runtime
    * @param nativePath
    *   folder of its libraries, if they are not from the jar
    */
  def notBuiltIn(id: Int, providers: String, nativePath: Option[String]): String = {
    val origin = nativePath.fold("in this jar")(path => s"in onnxruntime.native.path=$path")
    s"GPU $id was asked for, but the ONNX Runtime $origin was built without CUDA; it has $providers. " +
      nativePath.fold("Build the jar for a GPU: ./sbtw -Dgpu=onnxruntime assembly")(_ =>
        "Set onnxruntime.native.path to a folder with the libraries of onnxruntime-gpu (docs/gpu.md)."
      )
  }

  /** Return the message for an error of CUDA.
    *
    * @param message
    *   error message of ONNX Runtime
    * @param id
    *   the requested GPU
    * @param driver
    *   version line of the driver, if it is loaded
    */
  def explain(message: String, id: Int, driver: Option[String]): String = {
    val cause = message match {
      case text if isOutOfMemory(text) =>
        s"GPU $id has not enough free memory. Choose a smaller batch size, or stop other processes on the GPU."
      case text if says(text, NoDriver) =>
        s"NVIDIA's driver shows no GPU to this process. ${shown(driver)} Check nvidia-smi and CUDA_VISIBLE_DEVICES."
      case MissingLibrary(library) =>
        s"The library $library is missing. Install CUDA and cuDNN of the major versions that this ONNX Runtime needs, and " +
          s"put their folders on LD_LIBRARY_PATH. ${shown(driver)}"
      case text if says(text, NoSuchGpu) =>
        s"There is no GPU $id here. Reduce --gpus, or add GPUs to CUDA_VISIBLE_DEVICES."
      case text if text.contains("Failed to find CUDA shared provider") =>
        "ONNX Runtime's CUDA library is neither in the jar nor in the folder onnxruntime.native.path. " +
          "Build the jar for a GPU: ./sbtw -Dgpu=onnxruntime assembly"
      case text if text.contains("not compiled with CUDA") =>
        "The Java side of this ONNX Runtime (onnxruntime4j_jni) was built for processors, whatever the libraries beside it. " +
          "Take that of the artifact onnxruntime_gpu (docs/gpu.md)."
      case text if text.contains("Failed to load shared library") =>
        s"ONNX Runtime's CUDA library does not load; it wrote on standard error which library it lacks. ${shown(driver)}"
      case _ => s"CUDA refused it. ${shown(driver)}"
    }
    s"GPU $id cannot be used. $cause ONNX Runtime said: $message"
  }

  /** Whether a failure of ONNX Runtime is CUDA's, and not the graph's. */
  def concerns(message: String): Boolean = says(message, OfCuda) || isOutOfMemory(message)

  def isOutOfMemory(message: String): Boolean = says(message, NoMemory)

  private def says(text: String, pattern: Regex): Boolean = pattern.findFirstIn(text).isDefined

  private def shown(driver: Option[String]): String =
    driver.fold("No driver is loaded (there is no /proc/driver/nvidia/version).")(line =>
      s"The driver is $line."
    )

  /** The version line of the loaded driver. A container may hide it. */
  def driver(file: Path = Paths.get("/proc/driver/nvidia/version")): Option[String] =
    Try(Files.readAllLines(file).get(0).replaceFirst("^NVRM version:\\s*", "").trim).toOption
      .filter(_.nonEmpty)
}
