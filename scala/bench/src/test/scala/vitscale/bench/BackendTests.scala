package vitscale.bench

import java.nio.file.Files

import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.ModelFolder
import vitscale.onnx.CudaProvider
import vitscale.{LocalSpark, TemporaryFolder, TestImages, TinyModel}

/** What every backend of the JVM has to do, on the same photos, a bad one among them. */
trait BackendTests extends AnyFunSuite with LocalSpark with TemporaryFolder {

  protected val model: ModelFolder = ModelFolder.open(TinyModel.path, "fp32")

  protected def withPhotos[A](body: ImageFolder => A): A = withFolder { folder =>
    Files.createDirectories(folder.resolve("a b"))
    (0 until 5).foreach(seed => Files.write(folder.resolve(s"a b/$seed%20ü.jpg"), TestImages.jpeg(seed)))
    Files.write(folder.resolve("cut.jpg"), TestImages.jpeg(9).take(300))
    Files.write(folder.resolve("notes.txt"), "not an image".getBytes("UTF-8"))
    body(ImageFolder.open(folder))
  }

  protected def withBackend[A](options: BenchmarkOptions)(body: Backend => A): A = {
    val backend = Backends.load(spark, model, options, batchSize = 2)
    try body(backend)
    finally backend.close()
  }

  protected def measure(options: BenchmarkOptions, images: ImageFolder, batchSize: Int): Benchmark =
    new BenchmarkRunner(images, options, _ => ())
      .measure(batchSize, Machine.uptimeSeconds)(Backends.load(spark, model, options, batchSize))

  /** Tests for each named choice of options. */
  protected def testBackends(cases: Seq[(String, BenchmarkOptions)]): Unit = {
    cases.foreach { case (name, options) =>
      test(s"$name: every image is predicted or named") {
        withPhotos { images =>
          withBackend(options) { backend =>
            val predictions = backend.classify(images)
            assert(predictions.count == 5)
            assert(predictions.failed.map(_.file) == Seq("cut.jpg"))
            assert(predictions.failed.forall(_.reason.nonEmpty))
            assert(backend.classify(images.take(2)).count == 2)
          }
        }
      }
    }

    test("outputs hold pixels of the model's size and one logit for each class") {
      withPhotos { all =>
        val images = all.take(5)
        cases.foreach { case (name, options) =>
          withBackend(options) { backend =>
            val outputs = backend.outputs(images).toIndexedSeq
            assert(outputs.map(_.file).sorted == images.files.map(images.relative), name)
            outputs.foreach { output =>
              assert(output.pixels.length == 3 * TinyModel.side * TinyModel.side)
              // Two classes of the model share a text, of which Spark NLP's map from labels keeps one; it says NA then.
              val best = output.logits.indexOf(output.logits.max)
              assert(output.labelId == best || (options.backend == "spark-nlp" && output.labelId == -1))
            }
          }
        }
      }
    }
  }

  protected def testMissingGpu(names: Seq[String]): Unit =
    test("a GPU that is not there is a row with the reason, on every backend and before Spark starts") {
      assume(!CudaProvider.isBuiltIn)
      withPhotos { images =>
        names.foreach { name =>
          val options = BenchmarkOptions(backend = name, deviceName = "gpu")
          val benchmark = new BenchmarkRunner(images, options, _ => ())
            .measure(2, 0)(Backends.load(fail("Spark was started"), model, options, 2))
          assert(benchmark.runs.isEmpty && benchmark.options == Map("device" -> "gpu"))
          assert(benchmark.error.exists(_.`type` == "vitscale.DeviceException"))
          assert(benchmark.error.exists(_.message.contains("built without CUDA")))
        }
      }
    }

  /** Tests of the queries and the stages of a backend. */
  protected def testQueries(name: String, onSpark: Boolean): Unit = {
    test(s"single-stream, $name, on Spark: $onSpark: each query has its latency, the bad image its reason") {
      withPhotos { images =>
        val options = BenchmarkOptions(
          backend = name,
          onSpark = onSpark,
          batchSizes = Seq(1),
          iterations = 1,
          scenario = Scenario.SingleStream
        )
        val benchmark = measure(options, images, 1)
        assert(benchmark.error.isEmpty)
        val pass = benchmark.runs.head.iterations.last
        assert(pass.images == 5 && pass.latenciesMs.exists(_.size == 5))
        assert(pass.latenciesMs.get.sum <= pass.seconds * 1000)
        assert(benchmark.runs.head.ledger.failed.map(_.file) == Seq("cut.jpg"))
        assert(benchmark.latencyMs.exists(found => found.p50 <= found.p99 && found.count == 5))
      }
    }

    test(s"stages, $name, on Spark: $onSpark: together about what the batches take one after another") {
      withPhotos { all =>
        val images = all.take(5)
        withBackend(BenchmarkOptions(backend = name, onSpark = onSpark)) { backend =>
          val (times, seconds) = StageTimes.timed(backend.stages(images))
          val inner = Seq(times.read, times.decode, times.resize, times.normalise, times.forward)
          assert(inner.forall(_ > 0), times)
          assert(inner.sum + times.list + times.copy + times.postprocess <= seconds)
        }
      }
    }
  }
}
