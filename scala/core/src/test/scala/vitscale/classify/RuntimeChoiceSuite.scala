package vitscale.classify

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.device.Device
import vitscale.image.RgbImage
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.OneDnnFit
import vitscale.onednn.calibrate.Calibrator
import vitscale.onednn.library.OneDnn
import vitscale.{TinyModel, UsageException, VitscaleException}

class RuntimeChoiceSuite extends AnyFunSuite {

  /** A copy of the tests' model without some of its files. */
  private def copyWithout(names: String*): Path = {
    val folder = TinyModel.copy()
    names.foreach(name => Files.move(folder.resolve(name), folder.resolve(s"without-$name")))
    folder
  }

  private def choose(path: Path, precision: String, asked: String = "auto", device: Device = Device.Cpu) =
    RuntimeChoice.open(path, precision, asked, device)

  test("auto takes ONNX Runtime, and says why, wherever oneDNN does not suit") {
    val whole = TinyModel.copy()
    val other = TinyModel.copy()
    Files.write(
      other.resolve("config.json"),
      Files.readString(other.resolve("config.json")).replace("\"vit\"", "\"resnet\"").getBytes(UTF_8)
    )
    val cases = Seq(
      (other, "fp32", Device.Cpu, "is \"resnet\"; the oneDNN engine expects one of vit, deit"),
      (copyWithout("model.safetensors"), "fp32", Device.Cpu, "no weights"),
      (whole, "fp32-uint8", Device.Cpu, "no precision fp32-uint8"),
      (whole, "fp32", Device.Gpu(Seq(0)), "GPU"),
      (whole.resolve("onnx/fp32"), "fp32", Device.Cpu, "only a graph")
    )
    cases.foreach { case (path, precision, device, reason) =>
      val choice = choose(path, precision, device = device)
      assert(choice.folder.runtime == ModelRuntime.OnnxRuntime, path)
      assert(choice.reason.contains(reason), path)
    }
  }

  test("auto takes oneDNN for fp32 where AVX-512 makes it the faster one") {
    val choice = choose(TinyModel.copy(), "fp32")
    val obstacle = OneDnnFit.obstacle(choice.folder)
    assert((choice.folder.runtime == ModelRuntime.OneDnn) == obstacle.isEmpty, obstacle)
  }

  test("without a graph oneDNN runs the model") {
    assert(choose(copyWithout("onnx"), "fp32").folder.runtime == ModelRuntime.OneDnn)
  }

  test("int8 without calibration is ONNX Runtime's where there is a graph, with it oneDNN's") {
    val folder = TinyModel.copy()
    Files.move(folder.resolve("onnx/fp32"), folder.resolve("onnx/int8"))
    assert(choose(folder, "int8").folder.runtime == ModelRuntime.OnnxRuntime)
    val opened = ModelFolder.open(folder, "fp32", ModelRuntime.OneDnn)
    def images = Iterator.fill(2)(new RgbImage(8, 8, Array.tabulate(192)(_.toByte)))
    def calibrate() = new Calibrator(opened, _ => ()).calibrate(images, images, least = 0).write()
    if (OneDnn.instructions.vnni) {
      calibrate()
      val chosen = choose(folder, "int8").folder
      assert((chosen.runtime == ModelRuntime.OneDnn) == OneDnnFit.obstacle(chosen).isEmpty)
    } else {
      assert(intercept[VitscaleException](calibrate()).getMessage.contains("VNNI"))
      assert(choose(folder, "int8").folder.runtime == ModelRuntime.OnnxRuntime)
    }
    assert(OneDnn.problem.isEmpty)
  }

  test("a copy holds what its runtime needs, and no more") {
    val folder = TinyModel.copy()
    val graph = choose(folder, "fp32", "onnxruntime").folder.files.map(_.toString)
    val weights = choose(folder, "fp32", "onednn").folder.files.map(_.toString)
    assert(graph.contains("onnx/fp32/model.onnx") && !graph.contains("model.safetensors"))
    assert(weights.contains("model.safetensors") && !weights.exists(_.startsWith("onnx")))
  }

  test("the hash of the model is that of the files that decide its answers") {
    val folder = TinyModel.copy()
    def hashes = Seq("onnxruntime", "onednn").map(choose(folder, "fp32", _).folder.computedSha256)
    val Seq(graph, weights) = hashes
    assert(graph != weights)
    Files.write(folder.resolve("model.safetensors"), Array.emptyByteArray)
    val Seq(sameGraph, otherWeights) = hashes
    assert(sameGraph == graph)
    assert(otherWeights != weights)
  }

  test("what cannot be is refused") {
    val folder = TinyModel.copy()
    assertThrows[UsageException](choose(folder, "fp32", "tensorrt"))
    assertThrows[UsageException](choose(folder, "fp32", "onednn", Device.Gpu(Seq(0))))
    assertThrows[UsageException](choose(folder.resolve("onnx/fp32"), "fp32", "onednn"))
  }
}
