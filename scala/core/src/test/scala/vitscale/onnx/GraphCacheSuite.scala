package vitscale.onnx

import java.nio.file.attribute.FileTime
import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.{InferenceOptions, ViTClassifier}
import vitscale.{TestImages, TinyModel}

class GraphCacheSuite extends AnyFunSuite {

  private val images = (0 until 4).map(TestImages.jpeg)

  private def newCache: Path = Files.createTempDirectory("vitscale-cache-").resolve("graphs")

  private def classify(model: Path, cache: Option[Path]): Seq[Seq[Float]] = {
    val classifier =
      ViTClassifier.open(model, options = TinyModel.options.copy(graphCache = cache), runtime = "onnxruntime")
    try
      classifier
        .classify(images, InferenceOptions(returnLogits = true))
        .map(_.fold(failure => fail(failure.reason), _.logits.get.toSeq))
    finally classifier.close()
  }

  private def close(a: Seq[Seq[Float]], b: Seq[Seq[Float]]): Boolean =
    a.flatten.zip(b.flatten).forall { case (x, y) => math.abs(x - y) < 1e-4 }

  private def graphs(cache: Path): Seq[Path] = {
    val files = Files.walk(cache)
    try files.iterator().asScala.filter(_.endsWith("model.onnx")).toIndexedSeq
    finally files.close()
  }

  test("the first start fills the cache, the second uses it, the logits stay") {
    val cache = newCache
    val expected = classify(TinyModel.path, None)
    assert(close(classify(TinyModel.path, Some(cache)), expected))
    val written = graphs(cache).map(Files.getLastModifiedTime(_))
    assert(written.size == 1)
    assert(close(classify(TinyModel.path, Some(cache)), expected))
    assert(graphs(cache).map(Files.getLastModifiedTime(_)) == written)
  }

  test("a model that was exported again is optimised again, and replaces its old entry") {
    val cache = newCache
    val model = TinyModel.copy()
    classify(model, Some(cache))
    val before = graphs(cache)
    val file = model.resolve("onnx/fp32/model.onnx")
    Files.setLastModifiedTime(file, FileTime.fromMillis(Files.getLastModifiedTime(file).toMillis + 5000))
    classify(model, Some(cache))
    assert(graphs(cache).size == 1 && graphs(cache) != before)
  }

  test("a damaged entry is left aside and made anew") {
    val cache = newCache
    val expected = classify(TinyModel.path, Some(cache))
    Files.write(graphs(cache).head, Array[Byte](1, 2, 3))
    assert(close(classify(TinyModel.path, Some(cache)), expected))
    assert(close(classify(TinyModel.path, Some(cache)), expected))
    assert(Files.size(graphs(cache).head) > 3)
  }

  test("a cache that cannot be written does no harm") {
    val occupied = Files.createTempFile("vitscale-cache-", ".file")
    assert(close(classify(TinyModel.path, Some(occupied)), classify(TinyModel.path, None)))
  }
}
