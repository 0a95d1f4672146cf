package vitscale.device

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}

import ai.onnxruntime.OrtSession.SessionOptions
import ai.onnxruntime.{OrtEnvironment, OrtSession}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.ModelFolder
import vitscale.onnx.{GraphPass, OnnxSignature, ProfiledPass}
import vitscale.preprocess.{Preprocessor, PreprocessorConfig}
import vitscale.{DeviceException, TinyModel}

class ProviderUseSuite extends AnyFunSuite {

  private val graph = Paths.get("model.onnx")

  /** Events as ONNX Runtime writes them, numbers as text. */
  private def node(operator: String, provider: String, bytes: Int): String =
    s"""{"cat":"Node","pid":7,"tid":7,"dur":5,"ts":9,"ph":"X","name":"/vit/${operator}_kernel_time","args":{""" +
      s""""op_name":"$operator","provider":"$provider","node_index":"3","output_size":"$bytes","parameter_size":"0"}}"""

  private def read(events: String*): ProviderUse = {
    val session = """{"cat":"Session","pid":7,"tid":7,"dur":5,"ts":1,"ph":"X","name":"model_run","args":{}}"""
    val file = Files.createTempFile("profile", ".json")
    try {
      Files.write(file, (session +: events).mkString("[\n", ",\n", "\n]").getBytes(UTF_8))
      ProviderUse.read(file)
    } finally Files.delete(file)
  }

  private val cuda = "CUDAExecutionProvider"
  private val cpu = "CPUExecutionProvider"

  test("shapes may stay with the processor, and are named") {
    val use =
      read(
        node("MatMul", cuda, 605184),
        node("Gelu", cuda, 2420736),
        node("Gather", cpu, 8),
        node("Concat", cpu, 32)
      )
    use.requireGpu(graph)
    assert(use == ProviderUse(Map(cuda -> 2, cpu -> 2), Seq("Concat", "Gather"), Seq.empty))
  }

  test("a model whose arithmetic fell back to the processor is refused, with what fell back") {
    val use =
      read(
        node("MatMulInteger", cpu, 605184),
        node("MatMulInteger", cpu, 605184),
        node("Softmax", cuda, 186288)
      )
    val error = intercept[DeviceException](use.requireGpu(graph))
    assert(
      error.getMessage.contains(
        "CPUExecutionProvider 2, CUDAExecutionProvider 1; on the CPU: MatMulInteger."
      )
    )
  }

  test("a profile without any node on the GPU proves nothing") {
    assertThrows[DeviceException](read().requireGpu(graph))
    assertThrows[DeviceException](read(node("Gather", cpu, 8)).requireGpu(graph))
  }

  test("a session of the processor tells of itself: every node ran there, and it is no GPU") {
    val use = profiled()
    assert(use.nodes.keySet == Set(cpu) && use.nodes(cpu) > 10)
    assert(Seq("Conv", "Softmax").forall(use.cpuOperators.contains(_)))
    assertThrows[DeviceException](use.requireGpu(graph))
  }

  test("what several GPUs ran is one account") {
    val use = ProviderUse(Map(cuda -> 10, cpu -> 1), Seq("Gather"), Seq.empty)
    val shown = DeviceUse.of(Device.Gpu(Seq(0, 1)), Seq(use, use)).get
    assert(shown == DeviceUse("gpu", Seq(0, 1), Map(cuda -> 20, cpu -> 2), Seq("Gather"), "session"))
    assert(DeviceUse.of(Device.Cpu, Seq.empty).isEmpty)
  }

  /** The use of the tiny model's session, which goes on working without its profiler. */
  private def profiled(): ProviderUse = {
    val folder = ModelFolder.open(TinyModel.path, "fp32")
    val preprocessor = new Preprocessor(PreprocessorConfig.read(folder.preprocessorConfig))
    val environment = OrtEnvironment.getEnvironment
    val settings = new SessionOptions()
    def passOf(session: OrtSession) = new GraphPass(
      environment,
      OnnxSignature.check(session, folder.onnxFile, preprocessor, folder.labels.size),
      folder.labels.size,
      OnnxSignature.featureCount(session, folder.onnxFile)
    )
    val (session, use) =
      ProfiledPass(settings)(environment.createSession(folder.onnxFile.toString, _)) { session =>
        passOf(session).run(session, passOf(session).buffers(1), 1)
      }
    try {
      passOf(session).run(session, passOf(session).buffers(3), 3)
      use
    } finally {
      session.close()
      settings.close()
    }
  }
}
