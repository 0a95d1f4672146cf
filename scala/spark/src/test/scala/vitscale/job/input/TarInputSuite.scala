package vitscale.job.input

import java.nio.file.{Files, Path}

import org.apache.hadoop.conf.Configuration
import org.apache.spark.util.SerializableConfiguration
import org.scalatest.EitherValues
import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.InputJobs
import vitscale.job.input.TarFixtures.{gnu, gzip, tar}
import vitscale.job.output.Done
import vitscale.job.records.{FileEntry, Ignored}
import vitscale.job.run.JobOptions
import vitscale.{TestImages, UsageException}

/** Tar shards, through the whole job. */
class TarInputSuite extends AnyFunSuite with EitherValues with InputJobs {

  private val none = Array.emptyByteArray
  private val long = "deep/" * 40 + "long.png"

  private def shards(folder: Path, images: Path*): JobOptions =
    options(folder, images: _*).copy(input = InputKind.Tar.name)

  private def readingOf(): Reading = {
    val sc = spark.sparkContext
    val configuration = new SerializableConfiguration(new Configuration(false))
    new Reading(sc.broadcast(configuration), sc.broadcast(new Done(Seq.empty)), maxBytes = 1 << 30)
  }

  private def second(archive: Array[Byte]): TarMember = withFolder { folder =>
    val members = TarMembers.open(StoredFile.Local(Files.write(folder.resolve("a.tar"), archive)), 0)
    try {
      members.next()
      members.next().get
    } finally members.close()
  }

  test("members are images with keys of their own; what is damaged fails, and what was read before it stays") {
    withFolder { folder =>
      val in = folder.resolve("in")
      def at(name: String) = s"$in/$name"
      def put(name: String, content: Array[Byte]): Unit = {
        Files.createDirectories(in.resolve(name).getParent)
        Files.write(in.resolve(name), content)
        ()
      }
      put(
        "a.tar",
        tar(
          "./0.png" -> png(0),
          "0.json" -> "{}".getBytes,
          "x/" -> none,
          "x/0.PNG" -> png(1),
          "0.png" -> png(2),
          "0.png" -> png(3),
          "._0.png" -> png(4),
          ".git/1.png" -> png(4),
          long -> png(5),
          "cat.png -> 0.png" -> none
        )
      )
      put(
        "sub [1]/100% é:b.tar.gz",
        gzip(gnu("ü 猫.png" -> png(6), long -> png(7), "bad.png" -> TestImages.garbage))
      )
      val whole = tar("in.png" -> png(8), "cut.png" -> png(9), "lost.png" -> png(10))
      val cut = second(whole)
      put("inside.tar", whole.take(cut.end.toInt - 100))
      put("header.tar", whole.take(cut.start.toInt + 100))
      // The name in its header: the checksum does not fit any more.
      put("broken.tar", whole.updated((cut.end - cut.size).toInt - TarMembers.Block + 1, 'X'.toByte))
      put("short.tgz", gzip(tar("in.png" -> png(11), "big.png" -> Array.fill(1 << 20)(7.toByte))).take(1500))
      put("two.tar", tar("a.png" -> png(12)) ++ tar("b.png" -> png(13)))
      put("empty.tar", none)
      put("page.tar", "<html>not found</html>".getBytes)
      put("photo.tar", Array.fill(2000)(0x41.toByte))
      put("huge.tar", tar("huge.png" -> new Array[Byte](40000), "after.png" -> png(14)))
      put("photo.png", png(0))

      val asked = shards(folder, in).copy(maxBytes = 30000)
      val first = run(asked)
      val keys = Map(
        at("a.tar/0.png") -> 0,
        at("a.tar/x/0.PNG") -> 1,
        at("a.tar/0.png#2") -> 2,
        at("a.tar/0.png#3") -> 3,
        at(s"a.tar/$long") -> 5,
        at("sub [1]/100% é:b.tar.gz/ü 猫.png") -> 6,
        at(s"sub [1]/100% é:b.tar.gz/$long") -> 7,
        at("inside.tar/in.png") -> 8,
        at("header.tar/in.png") -> 8,
        at("broken.tar/in.png") -> 8,
        at("short.tgz/in.png") -> 11,
        at("two.tar/a.png") -> 12,
        at("huge.tar/after.png") -> 14
      )
      val failed = reasons(folder)
      assert(labels(folder) == expected(keys), failed)
      assert(failed(at("a.tar/cat.png")).contains("link to the member 0.png"))
      assert(failed(at("inside.tar/cut.png")).contains("ends inside this member"))
      assert(failed(at("inside.tar")).contains("inside the member cut.png"))
      assert(failed(at("header.tar")).contains("ends inside a header"))
      assert(failed(at("broken.tar")).contains(s"byte ${cut.start}"))
      assert(failed.contains(at("short.tgz")) && failed.contains(at("sub [1]/100% é:b.tar.gz/bad.png")))
      assert(failed(at("two.tar")).contains("data follow the end"))
      assert(failed(at("empty.tar")).contains("0 bytes"))
      assert(failed.contains(at("page.tar")) && failed.contains(at("photo.tar")))
      assert(failed(at("huge.tar/huge.png")).contains("the limit is 30000"))
      assert(
        first.predicted == keys.size && first.files == first.predicted + first.quarantined && first.isBalanced
      )
      assert(first.ignored == Ignored(otherNames = 2, hidden = 2))

      val again = run(asked)
      assert((again.files, again.thisRun.predicted, again.thisRun.quarantined) == ((first.files, 0, 0)))
      put("a.tar", tar("./0.png" -> png(0), "new.png" -> png(15)))
      val more = run(asked)
      assert(more.thisRun.predicted == 1 && labels(folder) == expected(keys + (at("a.tar/new.png") -> 15)))
    }
  }

  test("a folder without a shard is told in one line") {
    withFolder { folder =>
      Files.write(folder.resolve("photo.png"), png(0))
      val message = intercept[UsageException](run(shards(folder, folder))).getMessage
      assert(message.contains("holds no tar shard") && message.linesIterator.size == 1)
      val text = Files.write(folder.resolve("text.tar"), tar("a.json" -> none))
      val members = intercept[UsageException](run(shards(folder, text))).getMessage
      assert(members.contains("1 with other suffixes") && members.contains("--all-files"))
    }
  }

  for (compressed <- Seq(false, true))
    test(
      s"a large shard becomes several tasks, each of which begins at its own member; compressed: $compressed"
    ) {
      withFolder { folder =>
        val pieceBytes = if (compressed) 2500L / 16 else 2500L
        val members =
          (0 until 7).map(i => s"${"d/" * 60}$i.png" -> Array.fill(1000)(i.toByte)) :+ ("t.txt" -> none)
        val plain = tar(members: _*)
        val file = Files.write(folder.resolve("a.tar"), if (compressed) gzip(plain) else plain)
        val reading = readingOf()
        val survey = TarSurvey.of(
          FileEntry(file.toString, None),
          TarRules(ListingRules(allFiles = false)),
          reading,
          pieceBytes
        )
        assert(survey.problem.isEmpty && survey.pieces.map(_.waiting) == Seq(3, 3, 1))
        for ((piece, first) <- survey.pieces.zip(Seq(0, 3, 6))) {
          val archive = TarMembers.open(StoredFile.named(file.toString, reading.configuration), piece.start)
          try {
            val member = archive.next().get
            assert(member.name == members(first)._1)
            assert(archive.content(member.size).value.forall(_ == first))
          } finally archive.close()
        }
      }
    }

  for (
    (name, hole) <- Seq[(String, Seq[(String, Array[Byte])])](
      "GNU tar's own format" -> Seq("hole.png" -> Array.fill(700)(1.toByte)),
      "the POSIX format" -> TarFixtures.sparsePosix("hole.png", Array.fill(700)(1.toByte), 100000)
    )
  )
    test(s"tasks begin at their members behind a sparse member, too: $name") {
      withFolder { folder =>
        val others = (0 until 6).map(i => s"$i.png" -> Array.fill(1000)(i.toByte))
        val archive = TarFixtures.plain((others.head +: hole) ++ others.tail: _*)
        val shard = if (hole.size == 1) TarFixtures.sparse(archive, "hole.png", 100000) else archive
        val file = Files.write(folder.resolve("a.tar"), shard).toString
        val reading = readingOf()
        val rules = TarRules(ListingRules(allFiles = false))
        val survey = TarSurvey.of(FileEntry(file, None), rules, reading, pieceBytes = 1500)
        assert(survey.problem.isEmpty && survey.pieces.size > 2)
        val found = survey.pieces.flatMap { piece =>
          val archive = TarMembers.open(StoredFile.named(file, reading.configuration), piece.start)
          try
            Seq.fill(piece.members) {
              val member = archive.next().get
              member.name -> member.problem.fold(archive.content(member.size).value.head.toInt)(_ => -1)
            }
          finally archive.close()
        }
        assert(found.sorted == (others.map { case (name, bytes) =>
          name -> bytes.head.toInt
        } :+ ("hole.png" -> -1)).sorted)
      }
    }
}
