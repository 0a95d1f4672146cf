package vitscale.sparknlp

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.bench.{Backend, Backends, BenchmarkOptions, ImageFolder, ImageOutput}
import vitscale.model.ModelFolder
import vitscale.{LocalSpark, TemporaryFolder, TestImages, TinyModel, UsageException}

/** Spark NLP's TensorFlow engine beside its ONNX engine, on the same photos with the same weights. */
class TensorFlowEngineSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val model = ModelFolder.open(TinyModel.path, "fp32")
  private val onnx = BenchmarkOptions(backend = "spark-nlp")
  private val tensorFlow = onnx.copy(engine = BenchmarkOptions.TensorFlowEngine)

  private def withPhotos[A](body: ImageFolder => A): A = withFolder { folder =>
    (0 until 6).foreach(seed => Files.write(folder.resolve(s"$seed.jpg"), TestImages.jpeg(seed)))
    body(ImageFolder.open(folder))
  }

  private def withBackend[A](options: BenchmarkOptions)(body: Backend => A): A = {
    val backend = Backends.load(spark, model, options, batchSize = 4)
    try body(backend)
    finally backend.close()
  }

  private def outputs(options: BenchmarkOptions, images: ImageFolder): Map[String, ImageOutput] =
    withBackend(options)(_.outputs(images).map(output => output.file -> output).toMap)

  test("both engines see the same pixels and give the same labels and logits") {
    withPhotos { images =>
      val (expected, found) = (outputs(onnx, images), outputs(tensorFlow, images))
      assert(found.size == 6 && found.values.map(_.labelId).toSet.size > 1)
      assert(found.keySet == expected.keySet)
      found.foreach { case (file, output) =>
        assert(output.labelId == expected(file).labelId, file)
        assert(output.pixels sameElements expected(file).pixels, file)
        val differences = output.logits.zip(expected(file).logits).map { case (a, b) => math.abs(a - b) }
        assert(differences.length == classes && differences.max < 1e-4, file)
      }
    }
  }

  test("a pass predicts every image, and a query is answered") {
    withPhotos { images =>
      withBackend(tensorFlow) { backend =>
        assert(backend.classify(images).count == 6)
        assert(backend.query(images.files.head).isEmpty)
      }
    }
  }

  test("a pipeline that was saved and loaded again still runs on TensorFlow and gives the same labels") {
    withPhotos { images =>
      withFolder { folder =>
        val saved = tensorFlow.copy(savedPipeline = Some(folder.resolve("pipeline")))
        val labels = outputs(saved, images).mapValues(_.labelId).toMap
        assert(files(folder).exists(_.toString.contains("image_classification_tensorflow")))
        assert(labels == outputs(tensorFlow, images).mapValues(_.labelId).toMap)
      }
    }
  }

  test("stages are told, the copy as part of the forward pass") {
    withPhotos { images =>
      withBackend(tensorFlow) { backend =>
        val times = backend.stages(images)
        assert(
          Seq(times.read, times.decode, times.resize, times.normalise, times.forward).forall(_ > 0),
          times
        )
        assert(times.copy == 0)
      }
    }
  }

  test("another precision is refused") {
    val bytes = ModelFolder.open(TinyModel.path, "fp32-uint8")
    val error = intercept[UsageException](StockEngine.TensorFlow.folder(bytes))
    assert(error.getMessage.contains("runs only fp32, but the precision is fp32-uint8"))
  }

  private val classes = model.labels.size

  private def files(folder: Path): Seq[Path] = {
    val walked = Files.walk(folder)
    try walked.iterator().asScala.toIndexedSeq
    finally walked.close()
  }
}
