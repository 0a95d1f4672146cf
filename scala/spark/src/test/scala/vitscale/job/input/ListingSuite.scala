package vitscale.job.input

import java.nio.file.{Files, Path}

import scala.collection.mutable.ArrayBuffer

import org.scalatest.funsuite.AnyFunSuite

import vitscale.hadoop.Location
import vitscale.job.records.{FileEntry, Ignored}
import vitscale.{LocalSpark, TemporaryFolder, UsageException}

class ListingSuite extends AnyFunSuite with LocalSpark with TemporaryFolder {

  private val names = Seq(
    "a/1.jpg",
    "a/b/2.PNG",
    "a/b/3 4%20.jpeg",
    "c/5.webp",
    "c/_6.jpg",
    "c/notes.txt",
    "c/.hidden.jpg",
    "c/.git/7.jpg",
    "[x]/8.jpg",
    "x/9.jpg"
  )
  private val images = names.filterNot(name => name.contains("txt") || name.contains("/."))

  private def withImages[A](body: Path => A): A = withFolder { root =>
    names.foreach { name =>
      val file = root.resolve(name)
      Files.createDirectories(file.getParent)
      Files.write(file, Array[Byte](1, 2, 3))
    }
    body(root)
  }

  private def list(rules: ListingRules, output: String, named: Seq[String]): (Seq[FileEntry], Ignored) = {
    val configuration = spark.sparkContext.hadoopConfiguration
    val found = ArrayBuffer.empty[FileEntry]
    val ignored =
      new Listing(configuration, rules, Some(Location.parse(output, configuration))).list(named)(found += _)
    (found.toSeq, ignored)
  }

  private def paths(named: Seq[String], rules: ListingRules = ListingRules(allFiles = false)): Seq[String] =
    list(rules, "/nowhere", named)._1.map(_.path).sorted

  for (
    (name, prefix) <- Seq[(String, Path => String)](
      "local" -> (_.toString),
      "Hadoop" -> (root => s"${LocalSpark.mounted}/${root.getFileName}")
    )
  ) {

    test(s"$name: a folder with all below it; hidden and other names are counted") {
      withImages { root =>
        val (found, ignored) = list(ListingRules(allFiles = false), "/nowhere", Seq(prefix(root)))
        assert(found.map(_.path).sorted == images.map(image => s"${prefix(root)}/$image").sorted)
        assert(found.forall(listed => listed.size.contains(3L) && listed.problem.isEmpty))
        assert(ignored == Ignored(otherNames = 1, hidden = 2))
      }
    }

    test(s"$name: files, folders and patterns that overlap are listed once") {
      withImages { root =>
        val base = prefix(root)
        assert(paths(Seq(s"$base/a", s"$base/a/b", s"$base/a/1.jpg", s"$base/a")) == paths(Seq(s"$base/a")))
        assert(
          paths(Seq(s"$base/*/*.jpg")) == Seq("[x]/8", "a/1", "c/.hidden", "c/_6", "x/9").map(n =>
            s"$base/$n.jpg"
          ) ||
            paths(Seq(s"$base/*/*.jpg")) == Seq("[x]/8", "a/1", "c/_6", "x/9").map(n => s"$base/$n.jpg")
        )
        assert(paths(Seq(s"$base/{a,c}/b")) == Seq("2.PNG", "3 4%20.jpeg").map(n => s"$base/a/b/$n"))
        assert(paths(Seq(s"$base/c/notes.txt")) == Seq(s"$base/c/notes.txt"))
      }
    }

    test(s"$name: a name that exists is not taken for a pattern") {
      withImages(root => assert(paths(Seq(s"${prefix(root)}/[x]")) == Seq(s"${prefix(root)}/[x]/8.jpg")))
    }

    test(s"$name: the output is passed over, and every file is taken if that is asked for") {
      withImages { root =>
        val (found, ignored) = list(ListingRules(allFiles = true), s"${prefix(root)}/c", Seq(prefix(root)))
        assert(found.size == 5 && !found.exists(_.path.contains("/c/")))
        assert(ignored == Ignored.none)
      }
    }

    test(s"$name: a file that may still be written waits") {
      withImages { root =>
        val modified = Files.getLastModifiedTime(root.resolve("x/9.jpg")).toMillis
        val rules = ListingRules(allFiles = false, modifiedBefore = Some(modified - 60000))
        assert(paths(Seq(prefix(root)), rules).isEmpty)
        val later = ListingRules(allFiles = false, modifiedBefore = Some(modified + 60000))
        assert(paths(Seq(prefix(root)), later).size == images.size)
      }
    }

    test(s"$name: a name with nothing behind it is an error") {
      withFolder { root =>
        for (missing <- Seq("none", "none*", "none/*.jpg"))
          assert(
            intercept[UsageException](paths(Seq(s"${prefix(root)}/$missing"))).getMessage.contains(missing)
          )
      }
    }
  }

  test("the output is passed over whatever links lead to it") {
    withImages { root =>
      val link = Files.createSymbolicLink(root.resolve("z"), root.resolve("c"))
      val there = Files.createSymbolicLink(root.resolveSibling(s"${root.getFileName}-link"), root)
      try
        for (output <- Seq(root.resolve("c"), link, there.resolve("c")); named <- Seq(root, there)) {
          val (found, _) = list(ListingRules(allFiles = true), output.toString, Seq(named.toString))
          assert(found.size == 5, s"$output below $named")
        }
      finally Files.delete(there)
    }
  }

  test("file: URIs are local paths, whose percent escapes are decoded once") {
    withImages { root =>
      assert(paths(Seq(s"file:$root/a/b")) == paths(Seq(s"$root/a/b")))
      for (name <- Seq("3 4%2520.jpeg", "3%204%2520.jpeg"))
        assert(paths(Seq(s"file://$root/a/b/$name")) == Seq(s"$root/a/b/3 4%20.jpeg"))
    }
  }
}
