package vitscale.onnx

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Files

import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.{ClassifierOptions, ViTClassifier}
import vitscale.device.Device
import vitscale.{DeviceException, TinyModel, UsageException}

/** What is said where a GPU was asked for and there is none; the messages are those that ONNX Runtime gave its users. */
class GpuRefusalSuite extends AnyFunSuite {

  private def explained(message: String, driver: Option[String] = None): String =
    CudaProblem.explain(message, id = 0, driver)

  test("an ONNX Runtime without CUDA refuses a GPU, and says how to get one that has it") {
    assume(!CudaProvider.isBuiltIn)
    val options = TinyModel.options.copy(device = Device.Gpu(Seq(3)))
    val error = intercept[DeviceException](ViTClassifier.open(TinyModel.path, options = options))
    assert(error.exitCode == 1)
    assert(error.getMessage.startsWith("GPU 3 was asked for"))
    assert(error.getMessage.contains("built without CUDA; it has CPU"))
    assert(error.getMessage.contains("./sbtw -Dgpu=onnxruntime assembly"))
  }

  test("libraries named by onnxruntime.native.path are told from the jar's own") {
    val message = CudaProblem.notBuiltIn(0, "CPU", Some("/opt/ort"))
    assert(message.contains("onnxruntime.native.path=/opt/ort") && !message.contains("jar"))
  }

  test("a library that the loader misses is named") {
    val message = explained(
      "Error code - ORT_RUNTIME_EXCEPTION - message: /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1844 " +
        "onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library " +
        "libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory",
      Some("NVIDIA UNIX x86_64 Kernel Module  550.54.15")
    )
    assert(
      message.contains("The library libcublasLt.so.12 is missing") && message.contains("LD_LIBRARY_PATH")
    )
    assert(message.contains("550.54.15") && message.contains("ORT_RUNTIME_EXCEPTION"))
  }

  test("a driver that is not there, or is too old, is named before any library") {
    Seq(
      "CUDA failure 100: no CUDA-capable device is detected ; GPU=32635 ; hostname=a ; expr=cudaSetDevice(info_.device_id);",
      "CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=1 ; hostname=a",
      "Failed to load library x.so with error: libcuda.so.1: cannot open shared object file: No such file or directory"
    ).foreach { said =>
      val message = explained(said)
      assert(message.contains("NVIDIA's driver shows no GPU to this process. No driver is loaded"))
    }
  }

  test("a GPU that is not there, memory that is full, and a provider left out have a next step each") {
    assert(
      explained("CUDA failure 101: invalid device ordinal ; GPU=0").contains("Reduce --gpus")
    )
    assert(explained("CUDA failure 2: out of memory ; GPU=0").contains("smaller batch size"))
    assert(explained("Failed to find CUDA shared provider").contains("-Dgpu=onnxruntime"))
    assert(explained("This binary was not compiled with CUDA support.").contains("onnxruntime4j_jni"))
    assert(explained("Failed to load shared library").contains("standard error"))
    assert(explained("CUDA failure 700: an illegal memory access").contains("CUDA refused it"))
  }

  test("a graph that is wrong is not blamed on CUDA") {
    assert(!CudaProblem.concerns("Load model from model.onnx failed:Protobuf parsing failed."))
    assert(CudaProblem.concerns("CUDNN failure 4: CUDNN_STATUS_INTERNAL_ERROR"))
  }

  test("the driver's own line tells its version, and its absence is no failure") {
    val file = Files.createTempFile("version", "")
    try {
      Files.write(
        file,
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15\nGCC version: 12\n".getBytes(UTF_8)
      )
      assert(CudaProblem.driver(file).contains("NVIDIA UNIX x86_64 Kernel Module  550.54.15"))
    } finally Files.delete(file)
    assert(CudaProblem.driver(file).isEmpty)
  }

  test("devices are named cpu and gpu, and GPUs are counted from the first") {
    assert(Device.named("cpu", 3) == Device.Cpu)
    assert(Device.named("gpu", 2) == Device.Gpu(Seq(0, 1)))
    assertThrows[UsageException](Device.named("gpu", 0))
    assertThrows[UsageException](Device.named("tpu", 1))
    assertThrows[UsageException](Device.Gpu(Seq(1, 1)))
    assertThrows[UsageException](Device.Gpu(Seq.empty))
  }

  test("each GPU has two passes in flight, and beside them a batch that is decoded and one that waits") {
    val two = ClassifierOptions(threads = 1, cores = 16, device = Device.Gpu(Seq(0, 1)))
    assert(two.concurrentForwards == 4 && two.workers == 6)
    assert(ClassifierOptions(threads = 1, cores = 16).workers == 16)
    assert(ClassifierOptions(threads = 4, cores = 16).workers == 5)
  }
}
