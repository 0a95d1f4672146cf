package vitscale.bench

/** The backends of ViTScale. */
class BackendsSuite extends BackendTests {

  testBackends(
    Seq(
      "vitscale" -> BenchmarkOptions(backend = "vitscale"),
      "vitscale on Spark" -> BenchmarkOptions(backend = "vitscale", onSpark = true)
    )
  )
  testMissingGpu(Seq("vitscale", "forward"))
  testQueries("vitscale", onSpark = false)
  testQueries("vitscale", onSpark = true)

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

  test("what fails becomes a row with the error, not an exception") {
    withPhotos { images =>
      val runner = new BenchmarkRunner(images, BenchmarkOptions(), _ => ())
      val benchmark = runner.measure(2, 0)(throw new IllegalStateException("no luck"))
      assert(benchmark.error.contains(BenchmarkError("java.lang.IllegalStateException", "no luck")))
      assert(benchmark.runs.isEmpty && benchmark.samplesPerSec.isEmpty)
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

  test("a backend of a jar that is not there is a row that names the jar, or why there is none") {
    withPhotos { images =>
      val options = BenchmarkOptions(backend = "spark-nlp")
      val benchmark = new BenchmarkRunner(images, options, _ => ())
        .measure(2, 0)(Backends.load(fail("Spark was started"), model, options, 2))
      val missing =
        if (scala.util.Properties.versionNumberString.startsWith("2.12.")) "needs the jar vitscale-sparknlp"
        else "needs Spark NLP, which has no release for Scala 2.13 and Spark 4"
      assert(benchmark.error.exists(_.message.startsWith(s"--backend spark-nlp $missing")))
    }
  }
}
