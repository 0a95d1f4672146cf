package vitscale.classify

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.device.Device
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.{ModelException, TinyModel}

/** Models of other families than ViT: the tests' model, called so. */
class OtherFamilySuite extends AnyFunSuite {

  private def family(modelType: String): Path = {
    val folder = TinyModel.copy()
    val file = folder.resolve("config.json")
    val text = new String(Files.readAllBytes(file), UTF_8)
    val changed =
      text.replace("\"image_size\": 32", "\"image_size\": 518").replace("\"vit\"", s""""$modelType"""")
    assert(changed.contains("518") && changed.contains(modelType))
    Files.write(file, changed.getBytes(UTF_8))
    folder
  }

  test("the image processor decides the size of the input, not image_size") {
    val model = ModelFolder.open(family("dinov2"), "fp32")
    assert((model.imageHeight, model.imageWidth) == ((TinyModel.side, TinyModel.side)))
    assert(model.modelType == "dinov2")
  }

  test("auto takes ONNX Runtime for a family that oneDNN does not know, and says so") {
    val choice = RuntimeChoice.open(family("resnet"), "fp32", RuntimeChoice.Auto, Device.Cpu)
    assert(choice.folder.runtime == ModelRuntime.OnnxRuntime)
    assert(choice.reason.contains("model_type") && choice.reason.contains("resnet"))
  }

  test("oneDNN, asked for, refuses it with one line") {
    val error = intercept[ModelException](
      ViTClassifier.open(family("resnet"), "fp32", TinyModel.options, ModelRuntime.OneDnn.name)
    )
    assert(error.getMessage.contains("model_type") && !error.getMessage.contains('\n'))
  }

  test("what runs plain ViTs only says so") {
    ModelFolder.open(TinyModel.path, "fp32").requireVit("it")
    val error = intercept[ModelException](ModelFolder.open(family("swin"), "fp32").requireVit("it"))
    assert(error.getMessage.contains("is a swin; it runs ViT (model_type vit) only"))
  }
}
