package vitscale.sparknlp

import org.apache.commons.io.FileUtils
import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.ModelFolder
import vitscale.{ModelException, TinyModel, UsageException}

/** What is said where TensorFlow, which is no part of this class path, is asked for. */
class StockEngineSuite extends AnyFunSuite {

  test("the ONNX engine takes the folder of the ONNX file") {
    assert(StockEngine.Onnx.folder(ModelFolder.open(TinyModel.path, "fp32")).endsWith("onnx/fp32"))
  }

  test("a missing SavedModel is named with the command that makes it") {
    val copy = TinyModel.copy()
    try {
      FileUtils.deleteDirectory(copy.resolve("tensorflow").toFile)
      val error = intercept[ModelException](StockEngine.TensorFlow.folder(ModelFolder.open(copy, "fp32")))
      assert(error.getMessage.contains("lacks tensorflow/fp32/saved_model.pb"))
      assert(error.getMessage.contains("vitscale export tiny-vit --format tensorflow"))
    } finally FileUtils.deleteDirectory(copy.toFile)
  }

  test("missing jars are told with the commands that bring them") {
    val error =
      intercept[UsageException](StockEngine.TensorFlow.folder(ModelFolder.open(TinyModel.path, "fp32")))
    assert(error.getMessage.contains("tensorflow/run") && error.getMessage.contains("make tensorflow"))
  }
}
