package vitscale.job

import java.io.IOException
import java.net.URI
import java.nio.file.Path

import org.apache.hadoop.fs.permission.FsPermission
import org.apache.hadoop.fs.{FSDataOutputStream, Path => HadoopPath, RawLocalFileSystem}
import org.apache.hadoop.util.Progressable
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{LocalHdfs, LocalSpark, TemporaryFolder}

/** One contract for both storages: a local folder, the same folder through Hadoop file systems, and HDFS. */
class StorageSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private def local(folder: Path): Storage = new LocalStorage(folder)

  private def hadoop(root: String)(folder: Path): Storage = new HadoopStorage(
    new HadoopPath(s"$root/${folder.getFileName}"),
    spark.sparkContext.hadoopConfiguration
  )

  private val places = Seq[(String, Path => Storage)](
    "local" -> local,
    "Hadoop" -> hadoop(LocalSpark.mounted),
    "Hadoop without createNonRecursive" -> (folder => {
      spark.sparkContext.hadoopConfiguration
        .setClass("fs.plain.impl", classOf[PlainFiles], classOf[PlainFiles])
      new HadoopStorage(new HadoopPath(s"plain://$folder"), spark.sparkContext.hadoopConfiguration)
    }),
    "HDFS" -> (folder => hadoop(LocalHdfs.address)(folder))
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
      val winners = (0 until 8).par.map(i => place.createFirst("a/file", Array(i.toByte))).count(identity)
      // Hadoop's local file system looks first and creates then, as object stores do.
      assert(place.createsExclusively == !name.startsWith("Hadoop"))
      assert(winners == 1 || !place.createsExclusively && winners >= 1)
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
        if (!name.startsWith("Hadoop")) {
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

/** Local files of a file system that has no more than Hadoop asks of one. */
class PlainFiles extends RawLocalFileSystem {

  override def getScheme: String = "plain"

  override def getUri: URI = URI.create("plain:///")

  override def createNonRecursive(
      file: HadoopPath,
      permission: FsPermission,
      overwrite: Boolean,
      bufferSize: Int,
      replication: Short,
      blockSize: Long,
      progress: Progressable
  ): FSDataOutputStream =
    throw new IOException(s"createNonRecursive unsupported for this filesystem $getClass")
}
