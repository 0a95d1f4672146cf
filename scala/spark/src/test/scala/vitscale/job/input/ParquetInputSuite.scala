package vitscale.job.input

import java.nio.file.{Files, Path, Paths}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.InputJobs
import vitscale.job.input.ParquetFixtures._
import vitscale.job.records.Ignored
import vitscale.job.run.JobOptions
import vitscale.{TestImages, UsageException}

/** Parquet as people have it, through the whole job. */
class ParquetInputSuite extends AnyFunSuite with InputJobs {

  private def parquet(folder: Path, images: Path*): JobOptions =
    options(folder, images: _*).copy(input = InputKind.Parquet.name)

  test("a folder of different files: each image has a key of its own, what is no Parquet fails alone") {
    withFolder { folder =>
      val in = folder.resolve("in")
      def at(name: String) = s"$in/$name"
      write(in.resolve("datasets.parquet"), Datasets, rowsOfGroup = 2)(
        image("unique", png(0)),
        image(null, png(1)),
        image("twice", png(2)),
        image("twice", png(3)),
        image("", png(4)),
        image("null", null),
        _ => ()
      )
      assert(rowGroups(in.resolve("datasets.parquet")) > 2)
      write(in.resolve("day=1/_part=x/flat.parquet"), Flat)(row("far", png(5)), row("elsewhere", png(6)))
      write(in.resolve("other/000000_0"), Flat)(row("elsewhere", png(7)))
      write(in.resolve("numbers.pq"), "required int64 path; required binary content;") { group =>
        group.add("path", 12L)
        group.add("content", org.apache.parquet.io.api.Binary.fromConstantByteArray(png(8)))
      }
      write(in.resolve("foreign.parquet"), "required int64 id;")(_.add("id", 1L))
      write(in.resolve("_temporary/0/lost.parquet"), Flat)(row("uncommitted", png(9)))
      Files.write(in.resolve("empty.parquet"), Array.emptyByteArray)
      Files.write(in.resolve("text.parquet"), TestImages.garbage)
      for (name <- Seq("_SUCCESS", "_metadata", ".part.crc", "README.md"))
        Files.write(in.resolve(name), TestImages.garbage)

      val asked = parquet(folder, in)
      val first = run(asked)
      val keys = Map(
        "unique" -> 0,
        at("datasets.parquet#1") -> 1,
        at("datasets.parquet#2") -> 2,
        at("datasets.parquet#3") -> 3,
        at("datasets.parquet#4") -> 4,
        "far" -> 5,
        at("day=1/_part=x/flat.parquet#1") -> 6,
        at("other/000000_0#0") -> 7,
        "12" -> 8
      )
      assert(labels(folder) == expected(keys))
      val failed = reasons(folder)
      assert(failed("null") == "the row has no content")
      assert(failed(at("datasets.parquet#6")) == "the row has no content")
      assert(failed(at("empty.parquet")).contains("0 bytes"))
      assert(failed(at("text.parquet")).contains("not a Parquet file"))
      assert(failed(at("foreign.parquet")).contains("the columns are id: int64"))
      assert((first.files, first.predicted, first.quarantined) == ((14, 9, 5)) && first.isBalanced)
      val markers = Seq("_SUCCESS", "_metadata", "_temporary").map(_ -> 1L).toMap
      assert(first.ignored == Ignored(otherNames = 1, hidden = 1, markers))

      val second = run(asked)
      assert((second.files, second.thisRun.predicted, second.thisRun.quarantined) == ((14, 0, 0)))
      Files.list(folder.resolve("out/predictions")).forEach(Files.delete(_))
      val third = run(asked.copy(retryFailed = true))
      assert((third.files, third.thisRun.predicted, third.thisRun.quarantined) == ((14, 9, 5)))
      assert(labels(folder) == expected(keys) && third.isBalanced)
    }
  }

  test("only rows that are new are done, whatever row groups they stand in") {
    withFolder { folder =>
      val in = folder.resolve("in")
      write(in.resolve("a.parquet"), Flat)((0 until 4).map(i => row(s"$i", png(i)) _): _*)
      assert(run(parquet(folder, in)).predicted == 4)
      Files.delete(in.resolve("a.parquet"))
      write(in.resolve("a.parquet"), Flat, rowsOfGroup = 1)((2 until 7).map(i => row(s"$i", png(i)) _): _*)
      val second = run(parquet(folder, in))
      assert((second.files, second.predicted, second.thisRun.predicted) == ((5, 5, 3)) && second.isBalanced)
      assert(labels(folder) == expected((0 until 7).map(i => s"$i" -> i).toMap))
    }
  }

  test("a file of pyarrow, with columns that Spark cannot read, keyed by one of them") {
    withFolder { folder =>
      val file = Paths.get(getClass.getResource("/tables/datasets.parquet").toURI)
      assertThrows[Exception](spark.read.parquet(file.toString).collect())
      val ledger = run(parquet(folder, file).copy(contentColumn = "image.bytes", pathColumn = "day"))
      assert((ledger.files, ledger.predicted, ledger.quarantined) == ((4, 3, 1)))
      assert(labels(folder).keySet == Set("2026-01-01", "2026-01-02", "2026-01-03"))
      assert(reasons(folder) == Map("2026-01-04" -> "the row has no content"))
    }
  }

  test("names of folders and files that Spark's own reader cannot take") {
    withFolder { folder =>
      val names =
        Seq("my photos", "100%", "%20", "run [1]", "{b}", "a:b", "star*", "hash#1", "_under", "猫 🐈")
      val in = names.zipWithIndex.map { case (name, i) =>
        val file = folder.resolve(name).resolve(s"part $name.parquet")
        write(file, Flat)(row(null, png(i)))
        file
      }
      val ledger = run(parquet(folder, in.map(_.getParent): _*))
      assert((ledger.files, ledger.predicted) == ((names.size, names.size)) && ledger.isBalanced)
      assert(labels(folder) == expected(in.zipWithIndex.map { case (file, i) => s"$file#0" -> i }.toMap))
    }
  }

  test("content larger than --max-bytes is not decoded") {
    withFolder { folder =>
      val file = write(folder.resolve("a.parquet"), Flat)(row("a", png(0)), row("b", new Array[Byte](9000)))
      val ledger = run(parquet(folder, file).copy(maxBytes = 8000))
      assert((ledger.predicted, ledger.quarantined) == ((1, 1)))
      assert(reasons(folder)("b").contains("the limit is 8000"))
    }
  }

  private def refusal(asked: JobOptions): String = {
    val message = intercept[UsageException](run(asked)).getMessage
    assert(message.linesIterator.size == 1)
    message
  }

  for (
    (name, log) <- Seq(
      "Delta" -> "_delta_log/00000000000000000000.json",
      "Iceberg" -> "metadata/v1.metadata.json",
      "Hudi" -> ".hoodie/hoodie.properties",
      "Spark stream" -> "_spark_metadata/0"
    );
    (where, file) <- Seq("in the folder" -> "p.parquet", "in a partition" -> "data/day=1/p.parquet")
  ) test(s"$name, $where: refused, also when the file itself is named, and when the table lies deeper") {
    withFolder { folder =>
      val root = folder.resolve("in/table")
      val data = write(root.resolve(file), Flat)(row("dead", png(0)))
      Files.createDirectories(root.resolve(log).getParent)
      Files.write(root.resolve(log), "{}".getBytes)
      for (named <- Seq(root, data, root.getParent)) {
        val message = refusal(parquet(folder, named))
        val remedy =
          if (Set("Delta", "Iceberg")(name)) s"--input table --images $root" else "spark.read.format"
        assert(message.startsWith(s"$root is ") && message.contains(name) && message.contains(remedy))
      }
      assert(!Files.exists(folder.resolve("out/predictions")))
    }
  }

  test("wrong columns and empty folders are told in one line") {
    withFolder { folder =>
      val file = write(folder.resolve("a/a.parquet"), Flat)(row("a", png(0)))
      val asked = parquet(folder, file)
      assert(
        refusal(asked.copy(contentColumn = "pixels"))
          .contains("the columns are path: string, content: binary")
      )
      assert(refusal(asked.copy(pathColumn = "id")).contains("There is no column id with one value a row"))
      Files.createDirectories(folder.resolve("b"))
      Files.write(folder.resolve("b/photo.jpg"), TestImages.garbage)
      assert(refusal(parquet(folder, folder.resolve("b"))).contains("holds no Parquet file"))
      assert(refusal(parquet(folder, write(folder.resolve("c.parquet"), Flat)())).contains("have no rows"))
    }
  }
}
