package vitscale.bench.sparknlp

import java.nio.file.Files

import vitscale.bench.{BackendTests, BenchmarkOptions, ImageFolder, OddPathsTests, SparkAction}

/** Stock Spark NLP as a backend of the benchmark. */
class SparkNlpBackendSuite extends BackendTests {

  private val stock = BenchmarkOptions(backend = "spark-nlp")

  testBackends(
    Seq(
      "stock, write" -> stock.copy(action = SparkAction.Write),
      "stock, count" -> stock.copy(action = SparkAction.Count)
    )
  )
  testMissingGpu(Seq("spark-nlp"))
  testQueries("spark-nlp", onSpark = false)

  test("a pipeline that was saved and loaded again gives the same labels") {
    withPhotos { images =>
      withFolder { folder =>
        val fresh = labels(stock, images)
        val saved = labels(stock.copy(savedPipeline = Some(folder.resolve("pipeline"))), images)
        assert(Files.isDirectory(folder.resolve("pipeline/stages")))
        assert(saved == fresh)
      }
    }
  }

  private def labels(options: BenchmarkOptions, images: ImageFolder): Map[String, Int] =
    withBackend(options)(_.outputs(images).map(output => output.file -> output.labelId).toMap)
}

class SparkNlpOddPathsSuite extends OddPathsTests {
  testOddPaths("stock", BenchmarkOptions(backend = "spark-nlp"), isSaved = true)
}
