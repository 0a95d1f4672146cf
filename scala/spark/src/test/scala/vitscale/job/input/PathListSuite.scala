package vitscale.job.input

import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_16, UTF_16LE, UTF_8}
import java.nio.file.StandardOpenOption.WRITE
import java.nio.file.{Files, Path, Paths}

import scala.collection.mutable.ArrayBuffer
import scala.sys.process._

import org.apache.hadoop.conf.Configuration
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{FileUri, UsageException}
import vitscale.job.InputJobs
import vitscale.job.input.ParquetFixtures.write
import vitscale.job.records.FileEntry
import vitscale.job.run.JobOptions

/** Lists of paths: what is read from them, and the job over them. */
class PathListSuite extends AnyFunSuite with InputJobs {

  private def read(list: Path, column: String = "path"): Seq[FileEntry] = {
    val found = ArrayBuffer.empty[FileEntry]
    new PathList(new Configuration(false), column, None)
      .read(list.toString)(found += _)
    found.toSeq
  }

  private val here = Paths.get("").toAbsolutePath

  for (
    (name, file, content, expected) <- Seq[(String, String, Array[Byte], Seq[String])](
      ("LF", "l.txt", "/a.jpg\n/b c.jpg\n".getBytes, Seq("/a.jpg", "/b c.jpg")),
      ("no last line feed", "l", "/a.jpg\n/b.jpg".getBytes, Seq("/a.jpg", "/b.jpg")),
      (
        "CR LF and a byte order mark",
        "l.txt",
        "\uFEFF/a.jpg\r\n\r\n/b.jpg\r\n".getBytes(UTF_8),
        Seq("/a.jpg", "/b.jpg")
      ),
      ("blank lines", "l.txt", "\n  \n/a.jpg\n\n".getBytes, Seq("/a.jpg")),
      ("NUL, as find -print0", "l.txt", "/a\nb.jpg\u0000/c.jpg\u0000".getBytes, Seq("/a\nb.jpg", "/c.jpg")),
      (
        "relative paths and dots",
        "l.txt",
        "a.jpg\n./b/../c.jpg\n".getBytes,
        Seq(s"$here/a.jpg", s"$here/c.jpg")
      ),
      (
        "characters that mean something elsewhere",
        "l.txt",
        "/#a.jpg\n/*.jpg\n/%20.jpg\n/猫.jpg\n/ a.jpg\n".getBytes(UTF_8),
        Seq("/#a.jpg", "/*.jpg", "/%20.jpg", "/猫.jpg", "/ a.jpg")
      ),
      ("a URI", "l.txt", "file:///a.jpg\n".getBytes, Seq("/a.jpg")),
      ("gzip", "l.txt.gz", TarFixtures.gzip("/a.jpg\n".getBytes), Seq("/a.jpg")),
      (
        "CSV",
        "l.csv",
        "id,path\n1,/a.jpg\n2,\"/b, \"\"c\"\".jpg\"\n3,\"/d\ne.jpg\"\n#4,/#f.jpg\n".getBytes,
        Seq("/a.jpg", "/b, \"c\".jpg", "/d\ne.jpg", "/#f.jpg")
      ),
      (
        "CSV of Windows",
        "l.CSV",
        "\uFEFFpath,id\r\n/a.jpg,1\r\n/b.jpg,2\r\n".getBytes(UTF_8),
        Seq("/a.jpg", "/b.jpg")
      ),
      (
        "CSV whose header alone has the line end of Windows",
        "l.csv",
        "path,id\r\n/a.jpg,1\n/b.jpg,2\n".getBytes,
        Seq("/a.jpg", "/b.jpg")
      ),
      (
        "CSV whose header alone has none, with blank lines",
        "l.csv",
        "id,path\n1,/a.jpg\r\n\r\n2,\"/b.jpg\"\r\n".getBytes,
        Seq("/a.jpg", "/b.jpg")
      ),
      ("CSV of an old Mac", "l.csv", "path,id\r/a.jpg,1\r/b.jpg,2".getBytes, Seq("/a.jpg", "/b.jpg")),
      ("columns between tabs", "l.tsv", "id\tpath\n1\t/a,b.jpg\n".getBytes, Seq("/a,b.jpg")),
      ("a long value", "l.csv", s"path\n/${"x" * 9000}.jpg\n".getBytes, Seq(s"/${"x" * 9000}.jpg"))
    )
  ) test(s"$name: each path as it is") {
    withFolder { folder =>
      val list = Files.write(folder.resolve(file), content)
      assert(read(list) == expected.map(FileEntry(_, None)))
    }
  }

  test("Parquet, in a file and in a folder as Spark writes it; the column may be nested") {
    withFolder { folder =>
      val columns = "required group file { optional binary name (STRING); }"
      write(folder.resolve("l/part-0.snappy.parquet"), columns, rowsOfGroup = 1)(
        _.addGroup("file").add("name", "/a.jpg"),
        _.addGroup("file")
      )
      Files.write(folder.resolve("l/_SUCCESS"), Array.emptyByteArray)
      val found = read(folder.resolve("l"), "file.name")
      assert(found.head == FileEntry("/a.jpg", None))
      assert(found.tail.map(_.path) == Seq(s"$folder/l/part-0.snappy.parquet#1"))
      assert(found(1).problem.contains("the row of the list has no path"))
    }
  }

  test("paths that no file can have are passed on with their problem, and stay apart") {
    withFolder { folder =>
      val lines = Seq("/caf\u00e9.jpg", "/caf\u00e8.jpg", "s3a://:/x.jpg").mkString("\n")
      val found = read(Files.write(folder.resolve("l.txt"), lines.getBytes(ISO_8859_1)))
      assert(found.size == 3 && found.forall(_.problem.isDefined) && found.map(_.path).distinct.size == 3)
      assert(found.head.path == "/caf%E9.jpg")
    }
  }

  for (
    (name, file, content, message) <- Seq[(String, String, Array[Byte], String)](
      ("UTF-16", "l.txt", "/a.jpg\n".getBytes(UTF_16), "is UTF-16 text"),
      ("UTF-16 without its mark", "l.txt", "/a.jpg\n".getBytes(UTF_16LE), "is UTF-16 text"),
      ("JSON Lines", "l.jsonl", "{\"path\": \"/a.jpg\"}\n".getBytes, "it is JSON"),
      ("JSON", "l.json", "[\n  \"/a.jpg\"\n]\n".getBytes, "it is JSON"),
      ("an image", "a.png", png(1), "it is binary data"),
      ("another compression", "l.txt.xz", TarFixtures.noise(500), "it is binary data"),
      ("a spreadsheet", "l.xlsx", "PK\u0003\u0004xyz".getBytes, "a spreadsheet"),
      ("CSV without the column", "l.csv", "file,label\n/a.jpg,1\n".getBytes, "the columns are file, label"),
      (
        "CSV in another encoding",
        "l.csv",
        "path\n/caf\u00e9.jpg\n".getBytes(ISO_8859_1),
        "cannot be read as a list"
      ),
      ("damaged Parquet", "l.parquet", "PAR1PAR1PAR1".getBytes, "cannot be read as a list")
    )
  ) test(s"$name: refused in one line that names the list") {
    withFolder { folder =>
      val list = Files.write(folder.resolve(file), content)
      val problem = intercept[UsageException](read(list)).getMessage
      assert(problem.contains(message) && problem.contains(list.toString) && problem.linesIterator.size == 1)
    }
  }

  test("a name that is not UTF-8 is found by its bytes and by its URI, and both name one file") {
    withFolder { folder =>
      val uri = s"file://$folder/caf%E9.jpg"
      Files.write(FileUri.path(uri).get, png(1))
      val bytes = s"$folder/caf\u00e9.jpg\n$uri\n".getBytes(ISO_8859_1)
      val found = read(Files.write(folder.resolve("l.txt"), bytes))
      assert(found.map(_.path) == Seq(uri, uri) && found.forall(_.problem.isEmpty))
    }
  }

  test("a pipe is read as the shell's <(command) gives it; it cannot give Parquet") {
    withFolder { folder =>
      def through(content: Array[Byte]): Seq[FileEntry] = {
        val pipe = folder.resolve("pipe")
        Files.deleteIfExists(pipe)
        Seq("mkfifo", pipe.toString).!!
        val writer = new Thread(() => { Files.write(pipe, content, WRITE); () })
        writer.start()
        try read(pipe)
        finally writer.join()
      }
      assert(through("/a.jpg\n/b.jpg\n".getBytes) == Seq("/a.jpg", "/b.jpg").map(FileEntry(_, None)))
      val refused = intercept[UsageException](through("PAR1xyzPAR1".getBytes)).getMessage
      assert(refused.contains("from a file but not from a pipe"))
    }
  }

  test("a list that is not there is refused") {
    withFolder(folder => assertThrows[UsageException](read(folder.resolve("none.txt"))))
  }

  test("repeated paths are found, the first of each stays") {
    val repeats = new Repeats
    try {
      val paths = (0 until 1000).map(i => s"/${i % 700}.jpg")
      paths.foreach(repeats.add)
      assert(repeats.positions().toArray.toSeq == (700L until 1000L))
    } finally repeats.close()
  }

  test(
    "a job over lists and a folder: each file once, missing ones in quarantine, and a second run does what is new"
  ) {
    withFolder { folder =>
      val photos = Files.createDirectories(folder.resolve("photos"))
      (0 until 6).foreach(i => Files.write(photos.resolve(s"$i.png"), png(i)))
      val pipe = folder.resolve("pipe.png") // nobody writes to it
      Seq("mkfifo", pipe.toString).!!
      val lines = Seq(
        s"$photos/0.png",
        s"$photos/0.png",
        s"$photos/./1.png",
        s"file:$photos/1.png",
        s"$photos/none.png",
        photos.toString,
        pipe.toString,
        "/dev/zero"
      )
      val text = Files.write(folder.resolve("list.txt"), lines.mkString("\n").getBytes)
      val csv = Files.write(folder.resolve("list.csv"), s"path\n$photos/1.png\n$photos/2.png\n".getBytes)
      val asked = options(folder).copy(imagesFrom = Seq(text.toString, csv.toString))
      val first = run(asked)
      assert((first.files, first.predicted, first.quarantined) == ((7, 3, 4)) && first.isBalanced)
      assert(labels(folder) == expected((0 until 3).map(i => s"$photos/$i.png" -> i).toMap))
      val failed = Seq(s"$photos/none.png", photos.toString, pipe.toString, "/dev/zero")
      assert(table(folder, "quarantine", "stage") == failed.map(_ -> "read").toMap)
      assert(reasons(folder)(pipe.toString).contains("a pipe"))
      val second = run(asked.copy(images = Seq(photos.toString)))
      assert(
        (second.files, second.predicted, second.quarantined, second.thisRun.predicted) == ((10, 6, 4, 3))
      )
      assert(
        labels(folder) == expected((0 until 6).map(i => s"$photos/$i.png" -> i).toMap) && second.isBalanced
      )
    }
  }

  test("options that do not go together are refused") {
    val common = Seq("--model", "m", "--output", "o")
    for (
      wrong <- Seq(
        Seq(),
        Seq("--images-from", "l", "--watch"),
        Seq("--images-from", "l", "--input", "tar"),
        Seq("--images", "i", "--input", "zip")
      )
    ) assert(JobOptions.parse(common ++ wrong).isEmpty, wrong)
    assert(JobOptions.parse(common ++ Seq("--images-from", "-")).exists(_.imagesFrom == Seq("-")))
  }
}
