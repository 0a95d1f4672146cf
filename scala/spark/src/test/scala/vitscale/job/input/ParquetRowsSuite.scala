package vitscale.job.input

import java.nio.file.{Files, Path, Paths}
import java.util.Arrays

import org.apache.hadoop.conf.Configuration
import org.apache.parquet.example.data.Group
import org.apache.parquet.io.api.Binary
import org.scalatest.EitherValues
import org.scalatest.funsuite.AnyFunSuite

import vitscale.TemporaryFolder

/** Values of Parquet columns, without Spark. */
class ParquetRowsSuite extends AnyFunSuite with EitherValues with TemporaryFolder {

  private def open[A](file: Path)(use: ParquetRows => A): A = {
    val rows = new ParquetRows(ParquetInput.open(file.toString, new Configuration(false)))
    try use(rows)
    finally rows.close()
  }

  private def bytes(values: Int*) = Binary.fromConstantByteArray(values.map(_.toByte).toArray)

  private val keys: Seq[(String, Group => Any, String)] = Seq(
    ("int32 k", _.add("k", -7), "-7"),
    ("int32 k (INTEGER(8,true))", _.add("k", 5), "5"),
    ("int64 k", _.add("k", 1L << 40), "1099511627776"),
    ("int64 k (INTEGER(64,false))", _.add("k", -1L), "18446744073709551615"),
    ("int32 k (DATE)", _.add("k", 20000), "2024-10-04"),
    ("int64 k (TIMESTAMP(MICROS,true))", _.add("k", 1500000L), "1970-01-01T00:00:01.500000+0000"),
    ("int64 k (TIMESTAMP(NANOS,true))", _.add("k", 1L), "1970-01-01T00:00:00.000000001+0000"),
    ("int32 k (DECIMAL(5,2))", _.add("k", 1250), "12.50"),
    ("boolean k", _.add("k", true), "true"),
    ("double k", _.add("k", 0.5), "0.5"),
    ("binary k (STRING)", _.add("k", "Zoë"), "Zoë"),
    ("binary k (ENUM)", _.add("k", "cat"), "cat"),
    ("binary k", _.add("k", bytes(0x63, 0x61, 0x74)), "cat"),
    ("binary k", _.add("k", bytes(0xff, 0x00)), "0xFF00"),
    (
      "fixed_len_byte_array(16) k (UUID)",
      _.add("k", bytes(0 until 16: _*)),
      "00010203-0405-0607-0809-0a0b0c0d0e0f"
    )
  )

  test("keys of any type become text, null stays null") {
    withFolder { folder =>
      for (((column, fill, text), i) <- keys.zipWithIndex) {
        val file = ParquetFixtures.write(folder.resolve(s"$i.parquet"), s"optional $column;")(fill, _ => ())
        assert(open(file)(_.texts(0, Seq("k")).toList) == List(text, null), column)
      }
    }
  }

  private lazy val datasets = Paths.get(getClass.getResource("/tables/datasets.parquet").toURI)

  test("columns of types that parquet-mr does not know are passed over (a file of pyarrow)") {
    open(datasets) { rows =>
      assert(rows.sizes == Seq(3, 1))
      assert(rows.texts(0, Seq("image", "path")).toList == List("a.png", null, "c.png"))
      assert(rows.texts(0, Seq("day")).toList == List("2026-01-01", "2026-01-02", "2026-01-03"))
      val content = rows.contents(0, Seq("image", "bytes")).map(_.value.get.getBytes).toList
      assert(content.forall(image => Arrays.equals(image.slice(1, 4), "PNG".getBytes)) && content.size == 3)
      assert(rows.contents(1, Seq("image", "bytes")).toList == List(Right(None)))
    }
  }

  test("a row that cannot be read has its reason, and so have those behind it") {
    withFolder { folder =>
      val whole = ParquetFixtures.write(folder.resolve("a.parquet"), "required binary content;")(
        (0 until 4).map(i => (group: Group) => group.add("content", bytes(Seq.fill(100)(i): _*))): _*
      )
      val content = Files.readAllBytes(whole)
      // The third value's length, which PLAIN encoding keeps before its bytes.
      val third = content.indexOfSlice(Seq.fill(100)(2.toByte)) - 4
      content(third + 3) = 0x7f
      Files.write(whole, content)
      val got = open(whole)(_.contents(0, Seq("content")).toList)
      assert(got.map(_.isRight) == List(true, true, false, false))
    }
  }

  test("what is no Parquet gives a reason of one line") {
    withFolder { folder =>
      for (content <- Seq("", "PAR1", "no Parquet at all", "PAR1PAR1", "PAR1" + "x" * 100 + "PAR1")) {
        val file = Files.write(folder.resolve("a.parquet"), content.getBytes)
        val error = intercept[Exception](open(file)(_.sizes))
        assert(ParquetRows.reason(error).linesIterator.size == 1)
      }
    }
  }
}
