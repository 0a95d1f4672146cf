package vitscale.job

import java.nio.file.{Files, Path}

import scala.jdk.CollectionConverters._

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.output.Ledger
import vitscale.job.run.{ErrorBudget, JobOptions}
import vitscale.{LocalSpark, TestImages, UsageException}

/** The job inside this process: what goes in and comes out. Kills are tested from outside (tests/job). */
class ClassifyJobSuite extends AnyFunSuite with NumberedImages {

  private def reasons(output: String): Map[String, (String, String)] =
    spark.read
      .parquet(s"$output/quarantine")
      .collect()
      .map { row =>
        row.getAs[String]("path").split('/').last -> ((
          row.getAs[String]("stage"),
          row.getAs[String]("reason")
        ))
      }
      .toMap

  for (
    (name, at) <- Seq[(String, Path => String)](
      "local" -> (_.toString),
      "on a Hadoop file system" -> (path => s"${LocalSpark.mounted}/${path.getFileName}")
    )
  )
    test(s"$name: new files alone are done by a second run, and failed ones if that is asked for") {
      withFolder { folder =>
        val (images, output) = (s"${at(folder)}/images", s"${at(folder)}/out")
        write(folder.resolve("images"), 0 until 20)
        Files.write(folder.resolve("images/20.png"), TestImages.garbage)
        Files.write(folder.resolve("images/21.png"), Array.emptyByteArray)
        def asked = options(images, output).copy(singleWriter = true)
        val first = run(asked)
        assert((first.files, first.predicted, first.quarantined, first.notDone) == ((22, 20, 2, 0)))
        assert(first.isBalanced && first.exitCode == 1 && first.quarantinedByStage == Map("decode" -> 2))
        assertRightLabels(output, 0 until 20)
        assert(reasons(output)("21.png") == (("decode", "the file is empty: 0 bytes")))

        write(folder.resolve("images"), 20 until count) // mends the two, and adds two
        val second = run(asked)
        assert(
          (second.files, second.predicted, second.quarantined, second.thisRun.predicted) == ((24, 22, 2, 2))
        )
        val third = run(asked.copy(retryFailed = true))
        assert((third.files, third.predicted, third.quarantined, third.thisRun.predicted) == ((24, 24, 0, 2)))
        assert(third.isBalanced && third.exitCode == 0)
        assertRightLabels(output, 0 until count)
      }
    }

  test("Parquet with a binary column, and a second run over rows that are done in part") {
    withFolder { folder =>
      val session = spark
      import session.implicits._
      val rows = (0 until count)
        .map(seed => (f"$seed%02d", image(seed))) :+ (("null", null)) :+ (("text", TestImages.garbage))
      val parquet = folder.resolve("rows.parquet").toString
      rows.toDF("id", "image").repartition(5).write.parquet(parquet)
      val asked = options(parquet, s"$folder/out")
        .copy(input = JobOptions.ParquetRows, pathColumn = "id", contentColumn = "image")
      assert(run(asked).predicted == count)
      assertRightLabels(s"$folder/out", 0 until count)
      assert(reasons(s"$folder/out").map { case (id, why) =>
        id -> why._1
      } == Map("null" -> "read", "text" -> "decode"))
      val rowsOfOnePart = spark.read.parquet(s"$folder/out/predictions").count()
      assert(rowsOfOnePart == count)
      Files.list(folder.resolve("out/predictions")).iterator().asScala.foreach(Files.delete)
      val again = run(asked)
      assert(
        (again.files, again.predicted, again.quarantined, again.thisRun.predicted) == ((
          26,
          count.toLong,
          2,
          count.toLong
        ))
      )
      assert(again.isBalanced)
      for (
        wrong <- Seq(
          asked.copy(pathColumn = "name"),
          asked.copy(contentColumn = "id"),
          asked.copy(images = Seq(s"$folder/none"))
        )
      )
        assertThrows[UsageException](run(wrong))
    }
  }

  test("too many failures stop the run, and what was done is kept") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until count)
      (0 until 200).foreach(i => Files.write(folder.resolve(s"images/bad$i.png"), TestImages.garbage))
      val ledger = run(options(s"$folder/images", s"$folder/out").copy(maxFailed = ErrorBudget.AtMost(10)))
      assert(ledger.status == Ledger.Stopped && ledger.exitCode == 1 && ledger.isBalanced)
      assert(ledger.quarantined > 10 && ledger.notDone > 0)
      val rest = run(options(s"$folder/images", s"$folder/out"))
      assert((rest.predicted, rest.quarantined) == ((count.toLong, 200)) && rest.isBalanced)
      assertRightLabels(s"$folder/out", 0 until count)
    }
  }

  test("a run that is resumed keeps its runtime, and an output is never of two") {
    withFolder { folder =>
      write(folder.resolve("images"), 0 until 2)
      val asked = options(s"$folder/images", s"$folder/out")
      assert(run(asked.copy(runtime = "onnxruntime")).model.runtime == "onnxruntime")
      write(folder.resolve("images"), 2 until 4)
      val resumed = run(asked)
      assert((resumed.model.runtime, resumed.predicted) == (("onnxruntime", 4)))
      val other = intercept[UsageException](run(asked.copy(runtime = "onednn"))).getMessage
      assert(other.contains("runtime was - and is onednn"))
      val fresh = run(asked.copy(output = s"$folder/new", runtime = "onednn"))
      assert((fresh.model.runtime, fresh.predicted) == (("onednn", 4)))
      assertRightLabels(s"$folder/new", 0 until 4)
      val merging = asked.copy(output = s"$folder/new", runtime = "onednn", precision = "fp32-tome2")
      assert(
        intercept[UsageException](run(merging)).getMessage.contains("precision was - and is fp32-tome2")
      )
    }
  }
}
