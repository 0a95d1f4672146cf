package vitscale.job.run

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.{OutputException, TemporaryFolder}

class LedgerFileSuite extends AnyFunSuite with TemporaryFolder {

  private def names(folder: Path): Seq[String] = folder.toFile.list().toSeq.sorted

  test("a place where no file can be written is named, and nothing is left behind") {
    withFolder { root =>
      Files.createDirectory(root.resolve("folder"))
      Files.write(root.resolve("file"), "old".getBytes)
      for (
        (place, words) <- Seq(
          s"$root/folder" -> "is a folder; name a file in it",
          s"$root/file/ledger.json" -> "file is not a folder",
          s"$root/file/none/ledger.json" -> "file is not a folder",
          "/proc/ledger.json" -> "cannot be written"
        )
      ) {
        val told = intercept[OutputException](new LedgerFile(place).requireWritable()).getMessage
        assert(told.startsWith(s"--json: $place ") && told.contains(words))
      }
      assert(names(root) == Seq("file", "folder"))
    }
  }

  test("a file is written whole, with the folders that it lacks, and the check alone creates nothing") {
    withFolder { root =>
      Files.write(root.resolve("old.json"), "old".getBytes)
      Files.createSymbolicLink(root.resolve("link.json"), root.resolve("old.json"))
      val uri = root.resolve("a b.json").toUri.toString
      val places = Seq(s"$root/new.json", s"$root/deep/er/new.json", s"$root/link.json", uri)
      val files = places.map(new LedgerFile(_))
      files.foreach(_.requireWritable())
      assert(names(root) == Seq("link.json", "old.json"))
      files.foreach(_.write("{}".getBytes))
      assert(names(root) == Seq("a b.json", "deep", "link.json", "new.json", "old.json"))
      assert(Files.isSymbolicLink(root.resolve("link.json")))
      Seq("a b.json", "deep/er/new.json", "new.json", "old.json").foreach { name =>
        assert(new String(Files.readAllBytes(root.resolve(name))) == "{}")
      }
    }
  }

  test("a device is written as it is") {
    val device = new LedgerFile("/dev/null")
    device.requireWritable()
    device.write("{}".getBytes)
    assert(!Files.isRegularFile(java.nio.file.Paths.get("/dev/null")))
  }
}
