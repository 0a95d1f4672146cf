package vitscale.job.output

import java.io.IOException
import java.nio.file.Path
import java.util.stream.IntStream

import org.scalatest.funsuite.AnyFunSuite

import vitscale.job.LocalJobs
import vitscale.{LocalHdfs, LocalSpark, TemporaryFolder}

/** One contract for both storages: a local folder, the same folder through a Hadoop file system, and HDFS. */
class StorageSuite extends AnyFunSuite with LocalJobs with TemporaryFolder {

  private def local(folder: Path): Storage = new LocalStorage(folder)

  private val places = Seq[(String, Path => Storage)](
    "local" -> local,
    "Hadoop" -> hadoopStorage(LocalSpark.objects),
    "HDFS" -> (folder => hadoopStorage(LocalHdfs.address)(folder))
  )

  for ((name, storage) <- places) {

    def check(what: String)(body: Storage => Any): Unit =
      test(s"$name: $what")(withFolder(folder => body(storage(folder))))

    check("a file is created, renamed, listed, read and deleted") { place =>
      place.makeFolder("a/b")
      place.create("a/b/one", Array[Byte](1, 2, 3))
      place.makeFolder("c")
      place.rename("a/b/one", "c/two")
      assert(place.list("a/b").isEmpty && place.list("c") == Seq("two"))
      assert(place.read("c/two").toSeq == Seq(1, 2, 3))
      place.delete("c")
      assert(place.list("c").isEmpty && place.list("") == Seq("a"))
    }

    check("of several who create the same file, one succeeds") { place =>
      place.makeFolder("a")
      val winners =
        IntStream.range(0, 8).parallel().filter(i => place.createFirst("a/file", Array(i.toByte))).count()
      assert(winners == 1)
      assert(!place.createFirst("a/file", Array(9)))
    }

    check("nothing is created in a folder that is gone") { place =>
      assertThrows[IOException](place.create("gone/file", Array[Byte](1)))
      assert(place.list("gone").isEmpty)
    }

    check("a file that is gone cannot be renamed, and one that is there is not overwritten by that") {
      place =>
        place.makeFolder("a")
        assertThrows[IOException](place.rename("a/none", "a/other"))
        place.create("a/one", Array[Byte](1))
        if (name != "Hadoop") {
          place.create("a/two", Array[Byte](2))
          assertThrows[IOException](place.rename("a/one", "a/two"))
          assert(place.read("a/two").toSeq == Seq(2))
        }
    }

    check("a file takes the place of another") { place =>
      place.makeFolder("a")
      place.overwrite("a/one", Array[Byte](1, 1))
      place.overwrite("a/one", Array[Byte](2))
      place.create("a/two", Array[Byte](3))
      place.replace("a/two", "a/one")
      assert(place.read("a/one").toSeq == Seq(3) && place.list("a") == Seq("one"))
    }
  }
}
