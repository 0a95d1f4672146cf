package vitscale.sparknlp

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.LocalJobs
import vitscale.job.records.Stage
import vitscale.job.run.JobOptions
import vitscale.job.task.Engine
import vitscale.{TemporaryFolder, TestImages, TinyModel}

/** The classify job with `--engine spark-nlp`. */
class SparkNlpEngineSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private def image(seed: Int): Array[Byte] = TestImages.encoded(TestImages.picture(seed), "png")

  private def write(folder: Path, seeds: Seq[Int]): Unit = {
    Files.createDirectories(folder)
    seeds.foreach(seed => Files.write(folder.resolve(f"$seed%02d.png"), image(seed)))
  }

  private def options(images: String, output: String): JobOptions =
    JobOptions(images = Seq(images), model = TinyModel.path.toString, output = output)

  test("stock Spark NLP: bad images between good ones shift no label") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 20)
      val whole = image(21)
      (1 to 5).foreach(i =>
        Files.write(folder.resolve(f"images/${i * 3}%02d-truncated.png"), whole.take(whole.length - 30 * i))
      )
      Files.write(folder.resolve("images/05-empty.png"), Array.emptyByteArray)
      val ledger = run(options(s"$folder/images", s"$folder/out").copy(engine = Engine.SparkNlp))
      assert(ledger.isBalanced && ledger.files == 26)
      val alone = (0 until 20).map { seed =>
        write(folder.resolve(s"one/$seed"), Seq(seed))
        folder.resolve(s"one/$seed").toString
      }
      // Every image in a batch of its own: no neighbour can have lent it a label.
      run(options(s"$folder/one", s"$folder/alone").copy(engine = Engine.SparkNlp, batchSize = Some(1)))
      def table(output: String) = spark.read
        .parquet(s"$folder/$output/predictions")
        .select("path", "label")
        .collect()
        .map { row =>
          row.getString(0).split('/').last -> row.getString(1)
        }
        .toMap
      assert(alone.size == 20 && table("out") == table("alone") && table("out").values.toSet.size > 3)
      val failed = spark.read.parquet(s"$folder/out/quarantine").select("stage").collect().map(_.getString(0))
      assert(failed.count(_ == Stage.Decode) == 6)
    }
  }
}
