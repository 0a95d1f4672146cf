package vitscale.job

import java.nio.file.Files

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.input.ParquetFixtures.{row, write, Flat}
import vitscale.job.input.{InputKind, TarFixtures}
import vitscale.job.run.JobOptions
import vitscale.{LocalSpark, UsageException}

/** Parquet, tar shards and lists on a file system of Hadoop. */
class RemoteInputsSuite extends AnyFunSuite with InputJobs {

  test("each kind of input, keyed by URIs") {
    withFolder { folder =>
      val root = s"${LocalSpark.mounted}/${folder.getFileName}"
      write(folder.resolve("p/a b.parquet"), Flat)(row(null, png(0)), row("named", png(1)))
      Files.createDirectories(folder.resolve("t"))
      Files.write(folder.resolve("t/100%.tar"), TarFixtures.tar("a.png" -> png(2), "b.png" -> png(3)))
      Files.write(folder.resolve("photo 1.png"), png(4))
      Files.write(folder.resolve("list.txt"), s"$root/photo 1.png\n$root/none.png\n".getBytes)
      val kinds = Seq(
        JobOptions(images = Seq(s"$root/p"), input = InputKind.Parquet.name) ->
          Map(s"$root/p/a b.parquet#0" -> 0, "named" -> 1),
        JobOptions(images = Seq(s"$root/t"), input = InputKind.Tar.name) ->
          Map(s"$root/t/100%.tar/a.png" -> 2, s"$root/t/100%.tar/b.png" -> 3),
        JobOptions(imagesFrom = Seq(s"$root/list.txt")) -> Map(s"$root/photo 1.png" -> 4)
      )
      for (((asked, keys), i) <- kinds.zipWithIndex) {
        val place = folder.resolve(s"$i")
        val ledger =
          run(options(place).copy(images = asked.images, imagesFrom = asked.imagesFrom, input = asked.input))
        assert(labels(place) == expected(keys) && ledger.isBalanced)
        assert(ledger.quarantined == (if (asked.imagesFrom.isEmpty) 0 else 1))
      }
    }
  }

  test("a table's log is seen there too") {
    withFolder { folder =>
      val root = s"${LocalSpark.mounted}/${folder.getFileName}"
      write(folder.resolve("p/a.parquet"), Flat)(row("a", png(0)))
      Files.createDirectories(folder.resolve("p/_delta_log"))
      val asked = options(folder).copy(images = Seq(s"$root/p/a.parquet"), input = InputKind.Parquet.name)
      assert(intercept[UsageException](run(asked)).getMessage.startsWith(s"$root/p is a Delta table"))
    }
  }
}
