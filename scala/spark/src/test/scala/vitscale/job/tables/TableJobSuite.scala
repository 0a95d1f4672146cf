package vitscale.job.tables

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.classify.Features
import vitscale.job.LocalJobs
import vitscale.job.output.{FeatureType, TableFormat}
import vitscale.job.run.JobOptions
import vitscale.{TemporaryFolder, TestImages, TinyModel, UsageException}

/** The job with tables of an open format as its output. */
class TableJobSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private val count = 12
  private lazy val labels: IndexedSeq[String] = TinyModel.labels((0 until count).map(image))

  private def image(seed: Int): Array[Byte] = TestImages.encoded(TestImages.picture(seed), "png")

  private def write(folder: Path, seeds: Seq[Int]): Unit = {
    Files.createDirectories(folder)
    seeds.foreach(seed => Files.write(folder.resolve(f"$seed%02d.png"), image(seed)))
  }

  private def options(folder: Path) = JobOptions(
    images = Seq(s"$folder/images"),
    model = TinyModel.path.toString,
    output = s"$folder/out",
    format = TableFormat.Delta
  )

  private def found(table: String): Map[Int, String] = {
    val rows = spark.table(table).select("path", "label").collect()
    rows
      .map(row => row.getString(0).split('/').last.take(2).toInt -> row.getString(1))
      .toMap
      .ensuring(_.size == rows.length)
  }

  private def expected(seeds: Seq[Int]) = seeds.map(seed => seed -> labels(seed)).toMap

  test(
    "a folder of Delta tables: new files alone are done by a second run, and failed ones if that is asked for"
  ) {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 8)
      Files.write(folder.resolve("images/08.png"), TestImages.garbage)
      val first = run(options(folder).copy(features = Features.Pooled, featuresType = FeatureType.Float16))
      assert((first.files, first.predicted, first.quarantined) == ((9, 8, 1)) && first.isBalanced)
      write(folder.resolve("images"), 8 until count)
      val again = options(folder).copy(
        features = Features.Pooled,
        featuresType = FeatureType.Float16,
        retryFailed = true
      )
      val second = run(again.copy(limit = Some(10)))
      assert((second.files, second.predicted, second.thisRun.predicted) == ((10, 10, 2)) && second.isBalanced)
      val third = run(again)
      assert(
        (third.predicted, third.quarantined, third.thisRun.predicted) == ((
          count.toLong,
          0,
          2
        )) && third.exitCode == 0
      )
      assert(found(s"delta.`$folder/out/predictions`") == expected(0 until count))
      assert(Files.exists(folder.resolve("out/ledger.json")))
      assert(intercept[UsageException](run(options(folder))).getMessage.contains("features"))
    }
  }

  test("a table of a catalog, with the quarantine beside it") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 4)
      Files.write(folder.resolve("images/04.png"), TestImages.garbage)
      spark.sql("CREATE DATABASE IF NOT EXISTS photos")
      val asked =
        options(folder).copy(output = "", outputTable = Some("photos.labels"), partitionBy = Seq("label"))
      assert(run(asked).isBalanced)
      write(folder.resolve("images"), 4 until 6)
      val second = run(asked)
      assert(
        (second.predicted, second.quarantined, second.outputPath) == ((
          5,
          1,
          "photos.labels"
        )) && second.isBalanced
      )
      assert(found("photos.labels") == expected(Seq(0, 1, 2, 3, 5)))
      assert(
        spark.table("photos.labels_quarantine").select("stage").collect().map(_.getString(0)).toSeq == Seq(
          "decode"
        )
      )
    }
  }
}
