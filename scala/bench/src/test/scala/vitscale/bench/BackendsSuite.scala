package vitscale.bench

import java.nio.file.Files

import org.scalatest.funsuite.AnyFunSuite

import vitscale.model.ModelFolder
import vitscale.onnx.CudaProvider
import vitscale.{LocalSpark, TemporaryFolder, TestImages, TinyModel}

/** Every backend of the JVM on the same photos, a bad one among them. */
class BackendsSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val model = ModelFolder.open(TinyModel.path, "fp32")

  private val cases = Seq(
    "stock, write" -> BenchmarkOptions(backend = "spark-nlp", action = SparkAction.Write),
    "stock, count" -> BenchmarkOptions(backend = "spark-nlp", action = SparkAction.Count),
    "vitscale" -> BenchmarkOptions(backend = "vitscale"),
    "vitscale on Spark" -> BenchmarkOptions(backend = "vitscale", onSpark = true)
  )

  private def withPhotos[A](body: ImageFolder => A): A = withFolder { folder =>
    Files.createDirectories(folder.resolve("a b"))
    (0 until 5).foreach(seed => Files.write(folder.resolve(s"a b/$seed%20ü.jpg"), TestImages.jpeg(seed)))
    Files.write(folder.resolve("cut.jpg"), TestImages.jpeg(9).take(300))
    Files.write(folder.resolve("notes.txt"), "not an image".getBytes("UTF-8"))
    body(ImageFolder.open(folder))
  }

  private def withBackend[A](options: BenchmarkOptions)(body: Backend => A): A = {
    val backend = Backends.load(spark, model, options, batchSize = 2)
    try body(backend)
    finally backend.close()
  }

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

  test("the forward pass alone computes as many images as there are, also those of a smaller folder") {
    withPhotos { all =>
      val images = all.take(5)
      withBackend(BenchmarkOptions(backend = "forward")) { backend =>
        assert(backend.classify(images).count == 5)
        assert(backend.classify(images.take(1)).count == 1)
        assert(backend.outputs(images).size == 5)
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

  test("a pipeline that was saved and loaded again gives the same labels") {
    withPhotos { images =>
      withFolder { folder =>
        val fresh = labels(BenchmarkOptions(), images)
        val saved = labels(BenchmarkOptions(savedPipeline = Some(folder.resolve("pipeline"))), images)
        assert(Files.isDirectory(folder.resolve("pipeline/stages")))
        assert(saved == fresh)
      }
    }
  }

  test("what fails becomes a row with the error, not an exception") {
    withPhotos { images =>
      val runner = new BenchmarkRunner(images, BenchmarkOptions(), _ => ())
      val benchmark = runner.measure(2, 0)(throw new IllegalStateException("no luck"))
      assert(benchmark.error.contains(BenchmarkError("java.lang.IllegalStateException", "no luck")))
      assert(benchmark.runs.isEmpty && benchmark.samplesPerSec.isEmpty)
    }
  }

  test("a GPU that is not there is a row with the reason, on every backend and before Spark starts") {
    assume(!CudaProvider.isBuiltIn)
    withPhotos { images =>
      Backends.names.foreach { name =>
        val options = BenchmarkOptions(backend = name, deviceName = "gpu")
        val benchmark = new BenchmarkRunner(images, options, _ => ())
          .measure(2, 0)(Backends.load(fail("Spark was started"), model, options, 2))
        assert(benchmark.runs.isEmpty && benchmark.options == Map("device" -> "gpu"))
        assert(benchmark.error.exists(_.`type` == "vitscale.DeviceException"))
        assert(benchmark.error.exists(_.message.contains("built without CUDA")))
      }
    }
  }

  test("nothing is called a GPU's that does not show for it") {
    withPhotos { images =>
      val options = BenchmarkOptions(backend = "vitscale", deviceName = "gpu")
      val onProcessor = VitscaleBackend.load(model, 2, threads = None)
      val benchmark = new BenchmarkRunner(images, options, _ => ()).measure(2, 0)(onProcessor)
      assert(benchmark.runs.isEmpty && benchmark.error.exists(_.message.contains("no evidence")))
    }
  }

  test("a run tells warm-up from measurement, and its ledger balances") {
    withPhotos { images =>
      val benchmark = measure(BenchmarkOptions(backend = "vitscale", warmupImages = 2), images, 2)
      val run = benchmark.runs.head
      assert(
        run.iterations
          .map(one => one.phase -> one.images) == Seq("warmup" -> 2, "measurement" -> 5, "measurement" -> 5)
      )
      assert(run.ledger.files == run.ledger.predicted + run.ledger.failed.size)
      assert(benchmark.samplesPerSec.map(_.count).contains(2))
      assert(run.peakMemoryBytes > 0 && run.cpuSeconds > 0 && run.loadSeconds > 0)
    }
  }

  test("passes go on for the time that was asked for") {
    withPhotos { images =>
      val options = BenchmarkOptions(backend = "vitscale", iterations = 1, minSeconds = 0.5)
      val measured = measure(options, images, 2).runs.head.iterations.filter(_.phase == Iteration.measurement)
      assert(measured.map(_.seconds).sum >= 0.5)
      assert(measured.init.map(_.seconds).sum < 0.5)
    }
  }

  Seq("vitscale" -> false, "vitscale" -> true, "spark-nlp" -> false).foreach { case (name, onSpark) =>
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

  private def measure(options: BenchmarkOptions, images: ImageFolder, batchSize: Int): Benchmark =
    new BenchmarkRunner(images, options, _ => ())
      .measure(batchSize, Machine.uptimeSeconds)(Backends.load(spark, model, options, batchSize))

  private def labels(options: BenchmarkOptions, images: ImageFolder): Map[String, Int] =
    withBackend(options)(_.outputs(images).map(output => output.file -> output.labelId).toMap)
}
