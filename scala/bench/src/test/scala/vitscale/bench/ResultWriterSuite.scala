package vitscale.bench

import java.nio.file.Files

import com.fasterxml.jackson.databind.ObjectMapper
import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.records.Ignored
import vitscale.{OutputException, TemporaryFolder}

class ResultWriterSuite extends AnyFunSuite with TemporaryFolder {

  private val results = Results(
    schemaVersion = 1,
    vitscaleVersion = "1.2.3",
    createdAt = "2026-01-02T03:04:05Z",
    command = Seq("run"),
    environment = Machine.environment(Map.empty),
    workload = Workload(
      "offline",
      ModelSummary("m", "p", "random", 2, 8, 8, "0" * 64),
      ImagesSummary("i", 3, 300, Ignored(1, 2, Map("_SUCCESS" -> 3L)))
    ),
    benchmarks = Seq(
      Benchmark(
        backend = "spark-nlp",
        options = Map("threads" -> 2),
        batchSize = 4,
        device = "cpu",
        runs = Seq(
          Run(
            loadSeconds = 1,
            firstForwardSeconds = 2,
            peakMemoryBytes = 3,
            cpuSeconds = 4,
            iterations = Seq(Iteration(Iteration.warmup, 2, 1.5), Iteration(Iteration.measurement, 2, 0.5)),
            ledger = Ledger(3, 2, Seq(FailedImage("x.jpg", "broken")))
          )
        ),
        samplesPerSec = Some(Statistics.of(Seq(4.0))),
        stepTimeMs = None,
        error = None
      )
    ),
    parity = Seq.empty
  )

  test("fields are named as the schema has them; what is absent is null") {
    withFolder { folder =>
      val target = folder.resolve("new/results.json")
      ResultWriter.checkWritable(target)
      ResultWriter.write(results, target)
      val written = new ObjectMapper().readTree(target.toFile)
      val ignored = written.at("/workload/images/ignored")
      assert(ignored.toString == """{"other_names":1,"hidden":2,"markers":{"_SUCCESS":3}}""")
      val benchmark = written.path("benchmarks").path(0)
      assert(benchmark.path("samples_per_sec").path("median").asDouble == 4)
      assert(benchmark.path("step_time_ms").isNull && benchmark.path("error").isNull)
      assert(benchmark.path("options").path("threads").asInt == 2)
      assert(benchmark.at("/runs/0/ledger/failed/0/reason").asText == "broken")
      assert(benchmark.at("/runs/0/iterations/0/phase").asText == "warmup")
    }
  }

  test("a second write replaces the first and leaves no temporary file") {
    withFolder { folder =>
      val target = folder.resolve("results.json")
      ResultWriter.write(results, target)
      ResultWriter.write(results.copy(benchmarks = Seq.empty), target)
      assert(new ObjectMapper().readTree(target.toFile).path("benchmarks").size == 0)
      assert(folder.toFile.list().toSeq == Seq("results.json"))
    }
  }

  test("a folder, and a place below a file, are refused before anything is measured") {
    withFolder { folder =>
      Files.write(folder.resolve("file"), Array[Byte](1))
      Seq(folder, folder.resolve("file/results.json")).foreach { target =>
        val error = intercept[OutputException](ResultWriter.checkWritable(target))
        assert(error.getMessage.contains(target.toString))
      }
    }
  }
}
