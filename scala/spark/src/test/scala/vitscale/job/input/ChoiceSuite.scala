package vitscale.job.input

import java.io.ByteArrayOutputStream
import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.UsageException
import vitscale.job.InputJobs
import vitscale.job.input.ParquetFixtures._
import vitscale.job.input.TarFixtures.tar
import vitscale.job.output.Sample
import vitscale.job.run.{JobOptions, LedgerText}

/** `--limit` and `--sample` on each kind of input, through the whole job. */
class ChoiceSuite extends AnyFunSuite with InputJobs {

  private val count = 12
  private lazy val pictures = (0 until count).map(png)

  /** Written in an order that is not that of the names. */
  private val shuffled = (0 until count).map(number => number * 5 % count)

  private def name(number: Int): String = f"$number%02d.png"

  private def asFiles(folder: Path): JobOptions = {
    val images = Files.createDirectories(folder.resolve("images"))
    shuffled.foreach(number => Files.write(images.resolve(name(number)), pictures(number)))
    options(folder, images)
  }

  private def asParquet(folder: Path): JobOptions = {
    val rows = shuffled.map(number => row(name(number), pictures(number)) _)
    write(folder.resolve("b.parquet"), Flat, rowsOfGroup = 2)(rows.take(5): _*)
    write(folder.resolve("a.parquet"), Flat, rowsOfGroup = 2)(rows.drop(5): _*)
    options(folder, folder.resolve("a.parquet"), folder.resolve("b.parquet"))
      .copy(input = InputKind.Parquet.name)
  }

  private def asTar(folder: Path): JobOptions = {
    val members = shuffled.map(number => name(number) -> pictures(number))
    val shard = Files.write(folder.resolve("a.tar"), tar(("0.json" -> "{}".getBytes) +: members: _*))
    options(folder, shard).copy(input = InputKind.Tar.name)
  }

  private def chosen(folder: Path): Set[String] = labels(folder).keySet.map(_.split('/').last)

  for (
    (kind, input) <- Seq[(String, Path => JobOptions)](
      "files" -> asFiles,
      "parquet" -> asParquet,
      "tar" -> asTar
    )
  ) {
    test(s"$kind: a limit takes the first images by their paths, and a run without it takes the others") {
      withFolder { folder =>
        val asked = input(folder)
        val first = run(asked.copy(limit = Some(5)))
        assert(chosen(folder) == (0 until 5).map(name).toSet)
        assert((first.files, first.predicted, first.chosen.leftOut) == ((5, 5, count - 5)))
        assert(first.isBalanced && first.exitCode == 0)
        assert(LedgerText.lines(first).contains(s"--limit 5 left out ${count - 5} of $count files"))
        val whole = run(asked.copy(limit = Some(100)))
        assert((whole.files, whole.thisRun.predicted, whole.chosen.leftOut) == ((count, count - 5, 0)))
        assert(chosen(folder).size == count && whole.isBalanced)
        val fewer = run(asked.copy(limit = Some(7)))
        assert((fewer.files, fewer.predicted, fewer.thisRun.predicted) == ((7, 7, 0)) && fewer.isBalanced)
      }
    }

    test(s"$kind: a sample is the same in each run, and a larger one includes a smaller one") {
      withFolder { folder =>
        val asked = input(folder)
        val sampled = asked.copy(sample = Some(Sample.parse("50%")))
        val first = run(sampled)
        val found = labels(folder).keySet
        assert(found == found.filter(Sample.parse("50%").takes))
        assert(first.files == found.size && first.files + first.chosen.leftOut == count)
        assert(first.files > 0 && first.chosen.leftOut > 0)
        val larger = run(asked.copy(sample = Some(Sample.parse("80%"))))
        assert(found.subsetOf(labels(folder).keySet) && larger.isBalanced)
        assert(larger.thisRun.predicted == larger.files - first.files)
        val none = asked.copy(output = s"$folder/none", sample = Some(Sample.parse("0.000001%")))
        assert(intercept[UsageException](run(none)).getMessage.contains(s"chooses none of the $count images"))
        assert(!Files.exists(folder.resolve("none")))
      }
    }
  }

  test("a share of many paths is near the percentage, and each is part of a larger one") {
    val paths = (0 until 100000).map(number => s"/photos/$number.jpg")
    val shares = Seq("0.5%", "1%", "12.5%", "100%").map(Sample.parse)
    val taken = shares.map(sample => paths.filter(sample.takes).toSet)
    shares.zip(taken).foreach { case (sample, some) =>
      val expected = sample.share * paths.size
      // Five standard deviations of a binomial count.
      assert(math.abs(some.size - expected) <= 5 * math.sqrt(expected * (1 - sample.share)), sample.text)
    }
    taken.zip(taken.tail).foreach { case (less, more) => assert(less.subsetOf(more)) }
  }

  for (wrong <- Seq("", "1", "0%", "0.0%", "101%", "-1%", "1e1%", "%", "x%"))
    test(s"refused: --sample '$wrong'") {
      assert(
        intercept[UsageException](Sample.parse(wrong)).getMessage.contains("expected a percentage above 0")
      )
    }

  for (
    wrong <- Seq(
      Seq("--limit=0"),
      Seq("--limit=x"),
      Seq("--limit=3", "--sample=1%"),
      Seq("--limit=3", "--watch")
    )
  )
    test(s"refused: ${wrong.mkString(" ")}") {
      val arguments = Seq("--images=a", "--model=m", "--output=o")
      Console.withErr(new ByteArrayOutputStream) {
        assert(JobOptions.parse(arguments ++ wrong).isEmpty)
        assert(JobOptions.parse(arguments :+ "--sample=1%" :+ "--watch").isDefined)
      }
    }
}
