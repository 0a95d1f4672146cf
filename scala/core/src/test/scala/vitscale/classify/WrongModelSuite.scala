package vitscale.classify

import java.nio.{ByteBuffer, ByteOrder}
import java.nio.file.{Files, Path, StandardCopyOption}

import org.scalatest.EitherValues
import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.{ModelFolder, OnnxFolder}
import vitscale.{ModelException, TestImages, TinyModel}

/** Models that do not fit what their folder says; the graphs are those of `tests/fixtures/make_wrong_graphs.py`. */
class WrongModelSuite extends AnyFunSuite with EitherValues {

  private def withGraph(name: String): Path = {
    val folder = TinyModel.copy()
    val graph = getClass.getResourceAsStream(s"/wrong-graphs/$name.onnx")
    Files.copy(graph, folder.resolve("onnx/fp32/model.onnx"), StandardCopyOption.REPLACE_EXISTING)
    folder
  }

  private def open(folder: Path): ViTClassifier =
    ViTClassifier.open(folder, options = TinyModel.options, runtime = "onnxruntime")

  private def refusal(folder: Path): String = intercept[ModelException](open(folder)).getMessage

  Seq(
    "input-name" -> "takes image, expected one input named pixel_values",
    "input-type" -> "takes pixel_values as DOUBLE, expected FLOAT or UINT8",
    "input-size" -> "takes pixel_values of shape [any, 3, 64, 32], expected [batch, 3, 32, 32]",
    "input-rank" -> "takes pixel_values of shape [any, 3072], expected [batch, 3, 32, 32]",
    "fixed-batch" -> "takes pixel_values of shape [1, 3, 32, 32], expected [batch, 3, 32, 32]",
    "output-name" -> "gives scores, expected logits among them",
    "class-count" -> "gives logits of shape [any, 12], expected [batch, 11]",
    "outside-data" -> "cannot be loaded",
    "no-graph" -> "cannot be loaded"
  ).foreach { case (name, message) =>
    test(s"refused: $name") {
      assert(refusal(withGraph(name)).contains(message))
    }
  }

  test("accepted: the control") {
    val classifier = open(withGraph("right"))
    try assert(classifier.classify(Seq(TestImages.jpeg(0))).head.isRight)
    finally classifier.close()
  }

  test("weights in another file are read inside the graph's folder, and refused outside of it") {
    val factor = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(1f).array()
    val inside = withGraph("inside-data")
    Files.write(inside.resolve("onnx/fp32/factor.bin"), factor)
    open(inside).close()
    val outside = withGraph("outside-data")
    Files.write(outside.resolve("onnx/factor.bin"), factor)
    assert(refusal(outside).contains("escapes"))
  }

  test("logits that are no numbers become a reason, not a label") {
    val classifier = open(withGraph("not-a-number"))
    try {
      val reason = classifier.classify(Seq(TestImages.jpeg(0))).head.left.value.reason
      assert(reason.contains("logit NaN"))
    } finally classifier.close()
  }

  Seq(
    "config.json",
    "preprocessor_config.json",
    "vitscale.json",
    "onnx/fp32/model.onnx",
    "onnx/fp32/assets/labels.json"
  ).foreach { file =>
    test(s"refused: a folder without $file") {
      val folder = TinyModel.copy()
      Files.delete(folder.resolve(file))
      val message = refusal(folder)
      assert(message.contains(s"lacks $file") && message.contains("vitscale export"))
    }
  }

  test("refused: a file of a model, a checkpoint that is not exported, a folder of other files") {
    val checkpoint = TinyModel.copy()
    Files.delete(checkpoint.resolve("vitscale.json"))
    val other = Files.createTempDirectory("photos")
    Seq(
      TinyModel.path.resolve("config.json") -> s"is a file; expected a model folder. Give ${TinyModel.path}",
      TinyModel.path.resolve("onnx/fp32/model.onnx") -> s"Give ${TinyModel.path}",
      checkpoint -> s"vitscale export $checkpoint --precision fp32 -o DIR",
      other -> "Give a folder that `vitscale export MODEL -o DIR` made"
    ).foreach { case (given, message) => assert(refusal(given).contains(message)) }
  }

  test("refused: no folder, an unknown precision, labels with a gap, broken JSON") {
    assert(refusal(TinyModel.path.resolve("nowhere")).contains("There is no model folder"))
    val precision = intercept[ModelException](ViTClassifier.open(TinyModel.path, "fp99", TinyModel.options))
    assert(precision.getMessage.contains("makes no graph fp99, but fp32"))
    val gap = TinyModel.copy()
    write(gap, "config.json", """{"id2label": {"0": "a", "2": "b"}, "image_size": 32}""")
    assert(refusal(gap).contains("not numbered from 0 on"))
    val broken = TinyModel.copy()
    write(broken, "config.json", "{")
    assert(refusal(broken).contains("is not JSON"))
  }

  Seq(
    """{"id2label": {"0": null}, "image_size": 32}""" -> "gives class 0 the label null",
    """{"id2label": {"0": true}, "image_size": 32}""" -> "gives class 0 the label true",
    """{"id2label": ["a"], "image_size": 32}""" -> "not numbered from 0 on",
    """{"id2label": {"0": "a"}, "image_size": "32"}""" -> "image_size of",
    """{"id2label": {"0": "a"}, "image_size": [32]}""" -> "image_size of",
    """{"id2label": {"0": "a"}, "image_size": [32, null]}""" -> "image_size of",
    """{"id2label": {"0": "a"}, "image_size": 0}""" -> "image_size of",
    """{"id2label": {"0": "a"}, "image_size": null}""" -> "image_size of",
    """{"id2label": {"0": "a"}, "problem_type": "ranking"}""" -> "problem_type of"
  ).foreach { case (config, message) =>
    test(s"refused: $config") {
      val folder = TinyModel.copy()
      write(folder, "config.json", config)
      assert(refusal(folder).contains(message))
    }
  }

  test("labels that are numbers are their digits") {
    val folder = TinyModel.copy()
    write(folder, "config.json", """{"id2label": {"0": 7, "1": 0.5}, "problem_type": null}""")
    assert(ModelFolder.open(folder, "fp32").labels == Seq("7", "0.5"))
  }

  test("refused: labels that do not fit the logits, preprocessing that does not fit the graph") {
    val labels = TinyModel.copy()
    write(labels, "config.json", """{"id2label": {"0": "a", "1": "b"}, "image_size": 32}""")
    assert(refusal(labels).contains("expected [batch, 2] to fit the model's 2 labels"))
    val size = TinyModel.copy()
    write(size, "preprocessor_config.json", """{"size": {"height": 48, "width": 32}}""")
    assert(refusal(size).contains("expected [batch, 3, 48, 32] to fit preprocessor_config.json"))
  }

  test(
    "Spark NLP's folder alone is a model too; a class whose name labels.json cannot hold gets Transformers' default"
  ) {
    val folder =
      Files.move(TinyModel.copy().resolve("onnx/fp32"), Files.createTempDirectory("vitscale-").resolve("m"))
    val model = OnnxFolder.open(folder)
    assert(model.labels(2) == "LABEL_2" && model.labels(5) == "crane" && model.labels.size == 11)
    assert((model.imageHeight, model.imageWidth) == ((32, 32)))
    assert(
      model.recordedOrComputedSha256 == ModelFolder.open(TinyModel.path, "fp32").recordedOrComputedSha256
    )
  }

  test("Spark NLP's folder inside a model folder gives the model folder's labels") {
    assert(OnnxFolder.open(TinyModel.onnxFolder) == ModelFolder.open(TinyModel.path, "fp32"))
  }

  private def write(folder: Path, file: String, text: String): Unit = {
    Files.write(folder.resolve(file), text.getBytes("UTF-8"))
    ()
  }
}
