package vitscale.sparknlp

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.InputJobs
import vitscale.job.records.Stage
import vitscale.job.task.Engine
import vitscale.model.Labels
import vitscale.TinyModel

/** The classify job with `--engine spark-nlp`. */
class SparkNlpEngineSuite extends AnyFunSuite with InputJobs {

  private def write(folder: Path, seeds: Seq[Int]): Unit = {
    Files.createDirectories(folder)
    seeds.foreach(seed => Files.write(folder.resolve(f"$seed%02d.png"), png(seed)))
  }

  private def labelsByName(folder: Path): Map[String, String] =
    labels(folder).map { case (path, label) => path.split('/').last -> label }

  test("bad images between good ones shift no label") {
    withFolder { folder =>
      val (images, one, apart) = (folder.resolve("images"), folder.resolve("one"), folder.resolve("apart"))
      write(images, 0 until 20)
      val whole = png(21)
      (1 to 5).foreach(i =>
        Files.write(images.resolve(f"${i * 3}%02d-truncated.png"), whole.take(whole.length - 30 * i))
      )
      Files.write(images.resolve("05-empty.png"), Array.emptyByteArray)
      val ledger = run(options(folder, images).copy(engine = Engine.SparkNlp))
      assert(ledger.isBalanced && ledger.files == 26)
      // Every image in a batch of its own: no neighbour can have lent it a label.
      (0 until 20).foreach(seed => write(one.resolve(s"$seed"), Seq(seed)))
      run(options(apart, one).copy(engine = Engine.SparkNlp, batchSize = Some(1)))
      val found = labelsByName(folder)
      assert(found == labelsByName(apart) && found.values.toSet.size > 3)
      val ids = spark.read.parquet(folder.resolve("out/predictions").toString).select("label", "label_id")
      val known = Labels.sparkNlpIds(TinyModel.onnxFolder)
      ids.collect().foreach(row => assert(row.getInt(1) == known(row.getString(0))))
      assert(table(folder, "quarantine", "stage").values.count(_ == Stage.Decode) == 6)
    }
  }
}
