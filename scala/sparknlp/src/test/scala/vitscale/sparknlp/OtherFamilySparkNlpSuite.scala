package vitscale.sparknlp

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.device.Device
import vitscale.ml.VitScaleForImageClassification
import vitscale.model.ModelFolder
import vitscale.{ModelException, TinyModel}

/** Spark NLP has no annotator for other families than ViT. */
class OtherFamilySparkNlpSuite extends AnyFunSuite {

  private def swin: Path = {
    val folder = TinyModel.copy()
    val file = folder.resolve("config.json")
    val text = new String(Files.readAllBytes(file), UTF_8)
    Files.write(file, text.replace("\"vit\"", "\"swin\"").getBytes(UTF_8))
    folder
  }

  test("the annotator refuses a Swin, as a model folder and as a graph inside one") {
    val folder = swin
    Seq(folder, folder.resolve("onnx/fp32")).foreach { path =>
      val error =
        intercept[ModelException](VitScaleForImageClassification.loadSavedModel(path.toString, null))
      assert(error.getMessage.contains("is a swin") && error.getMessage.contains("ViTImageClassifier"))
    }
  }

  test("the stock backend refuses a Swin") {
    val model = ModelFolder.open(swin, "fp32")
    val error = intercept[ModelException](StockDevice.require(StockEngine.Onnx, Device.Cpu, model))
    assert(error.getMessage.contains("is a swin; Spark NLP's ViTForImageClassification runs ViT"))
  }
}
