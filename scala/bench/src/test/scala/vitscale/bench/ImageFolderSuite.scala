package vitscale.bench

import java.nio.file.{Files, Path}

import org.scalatest.funsuite.AnyFunSuite

import vitscale.{OddNames, TemporaryFolder, UsageException}

class ImageFolderSuite extends AnyFunSuite with TemporaryFolder {

  private def touch(folder: Path, names: String*): Unit = names.foreach { name =>
    val file = folder.resolve(name)
    Files.createDirectories(file.getParent)
    Files.write(file, Array[Byte](1, 2, 3))
  }

  test("class folders and flat files are found, in the order of their relative paths") {
    withFolder { folder =>
      touch(folder, "b/2.PNG", "a/1.jpg", "z.webp", "a/notes.txt", "README")
      val images = ImageFolder.open(folder)
      assert(images.files.map(images.relative) == Seq("a/1.jpg", "b/2.PNG", "z.webp"))
      assert(images.bytes == 9)
      assert(images.isWhole)
    }
  }

  test("files that Spark's search of the folder skips are named to its reader one by one") {
    withFolder { folder =>
      touch(folder, "_originals/1.jpg", ".hidden/2.jpg", "_3.jpg", "5.jpg")
      val images = ImageFolder.open(folder)
      assert(images.files.map(images.relative) == Seq("5.jpg", "_3.jpg", "_originals/1.jpg"))
      assert(images.isWhole && images.inputPaths == images.files)
      assert(ImageFolder.named(folder, Seq("5.jpg")).copy(isWhole = true).inputPaths == Seq(folder))
    }
  }

  test("names that are not UTF-8 keep their bytes, and Spark's readers do not get them") {
    withFolder { folder =>
      touch(folder, "good.jpg")
      val odd = OddNames.notUtf8(folder)
      odd.foreach(Files.write(_, Array[Byte](1, 2, 3)))
      val images = ImageFolder.open(folder)
      assert(images.files.toSet == odd.toSet + folder.resolve("good.jpg"))
      assert(ImageFolder.named(folder, images.files.map(images.relative)).files == images.files)
      assert(images.isWhole && images.inputPaths == Seq(folder.resolve("good.jpg")))
      odd.foreach(file => assert(ImageFolder.leftOutBySpark(file).exists(_.contains("not UTF-8"))))
    }
  }

  test("a limit takes the first images and names them one by one to the reader") {
    withFolder { folder =>
      touch(folder, "1.jpg", "2.jpg", "3.jpg")
      val two = ImageFolder.open(folder, limit = Some(2))
      assert(two.size == 2 && !two.isWhole)
      assert(two.files.map(two.relative) == Seq("1.jpg", "2.jpg"))
      assert(ImageFolder.open(folder, limit = Some(3)).isWhole)
    }
  }

  test("a missing folder, a file and a folder without images are refused with the next step") {
    withFolder { folder =>
      touch(folder, "only.txt")
      val cases = Seq(
        folder.resolve("missing") -> "There is no folder",
        folder.resolve("only.txt") -> "is a file",
        folder -> "holds no image"
      )
      cases.foreach { case (path, message) =>
        val error = intercept[UsageException](ImageFolder.open(path))
        assert(error.getMessage.contains(message))
        assert(error.exitCode == 2)
      }
    }
  }
}
