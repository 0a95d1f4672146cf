package vitscale.sql

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.{LocalSpark, OddNames, TemporaryFolder, TestImages}

class SparkPathsSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val image = TestImages.jpeg(0)

  /** All in one folder, so that a name that is taken for a pattern finds its neighbours. */
  private def withFolders[A](body: Seq[Path] => A): A = withFolder { root =>
    val folders = (OddNames.folders ++ Seq("a,b", "x [1]:2", "a:b/run [1]")).map(root.resolve(_))
    folders.foreach { folder =>
      Files.createDirectories(folder)
      Files.write(folder.resolve("1.jpg"), image)
    }
    body(folders)
  }

  for (format <- Seq("binaryFile", "image")) {
    val column = if (format == "image") "image.origin" else "path"

    test(s"$format: folders are read by their names, each alone and all together") {
      withFolders { folders =>
        def load(paths: Seq[Path]) = SparkPaths.load(spark.read.format(format), paths.map(_.toString))
        folders.foreach(folder => assert(load(Seq(folder)).inputFiles.length == 1, folder))
        assert(load(folders).select(column).distinct().count() == folders.size)
      }
    }

    test(s"$format: files are read by their names") {
      withFolder { folder =>
        OddNames.writeFiles(folder, image)
        // Spark's readers skip names that start with an underscore, also where they are named.
        val names = OddNames.files.filterNot(_.startsWith("_")) :+ "a:b [2].jpg"
        Files.write(folder.resolve(names.last), image)
        val byName =
          SparkPaths.load(spark.read.format(format), names.map(name => folder.resolve(name).toString))
        val ofFolder = SparkPaths.load(spark.read.format(format), Seq(folder.toString), files = names)
        for (rows <- Seq(byName, ofFolder)) {
          val found = rows.collect()
          assert(found.length == names.size && found.distinct.length == names.size)
        }
      }
    }
  }

  test("Parquet is read by the name of its folder") {
    withFolder { root =>
      val parquet = root.resolve("source")
      spark.range(3).coalesce(1).write.parquet(parquet.toString)
      val part = Files.list(parquet).filter(_.toString.endsWith(".parquet")).findFirst().get
      (OddNames.folders :+ "x [1]:2").foreach { name =>
        val folder = Files.createDirectory(root.resolve(name))
        Seq("1.parquet", "a:b.parquet", "part[v2].parquet").foreach(file =>
          Files.copy(part, folder.resolve(file))
        )
        val reader = spark.read.format("parquet").schema("id long")
        val rows = SparkPaths.load(reader, Seq(folder.toString), files = Seq("a:b.parquet"))
        assert(rows.inputFiles.length == 3, name)
        if (name.contains("[")) assert(rows.count() == 9, name)
      }
    }
  }
}
