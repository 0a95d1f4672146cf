package vitscale

import java.nio.file.{Files, Paths}

import org.scalatest.funsuite.AnyFunSuite

class FileUriSuite extends AnyFunSuite with TemporaryFolder {

  for (
    (text, path) <- Seq(
      "file:///a%20b" -> "/a b",
      "file:/a%20b" -> "/a b",
      "file:/a b" -> "/a b",
      "file:///a b/c" -> "/a b/c",
      "file://localhost/a" -> "/a",
      "file:///100%" -> "/100%",
      "file:///100%25" -> "/100%",
      "file:///100%/x" -> "/100%/x",
      "file:///%2520" -> "/%20",
      "file:///%zz%4" -> "/%zz%4",
      "file:///hash#1" -> "/hash#1",
      "file:///what?" -> "/what?",
      "file:///r\u00e9sum\u00e9" -> "/r\u00e9sum\u00e9",
      "file:///r%C3%A9" -> "/r\u00e9",
      "file:/new\nline" -> "/new\nline",
      "file:///a:b" -> "/a:b",
      "file:///" -> "/"
    )
  )
    test(s"$text names $path")(assert(FileUri.path(text).contains(Paths.get(path))))

  for (text <- Seq("/a%20b", "a:b", "hdfs://host/a", "file", "file:a", "FILES:/a"))
    test(s"$text is no file: URI")(assert(FileUri.path(text).isEmpty))

  test("every name has a text that names it again, whatever its bytes") {
    withFolder { folder =>
      val names = (OddNames.folders ++ OddNames.files).map(folder.resolve(_))
      assert(names.forall(name => FileUri.text(name) == name.toString))
      assert(names.forall(name => FileUri.path(name.toUri.toString).contains(name)))
      OddNames.notUtf8(folder).foreach { file =>
        Files.write(file, Array[Byte](1))
        val text = FileUri.text(file)
        assert(text.startsWith("file:///") && Files.size(FileUri.path(text).get) == 1)
      }
    }
  }
}
