package vitscale.job.input

import org.scalatest.EitherValues
import org.scalatest.funsuite.AnyFunSuite

/** Which columns have the images and their paths. */
class ImageColumnsSuite extends AnyFunSuite with EitherValues {

  private val bytes = "optional binary content;"
  private val path = "optional binary path (STRING);"
  private val struct = "optional group image { optional binary bytes; optional binary path (STRING); }"

  private def columns(content: String, path: String = null) =
    Right(ImageColumns(content.split('/').toSeq, Option(path).map(_.split('/').toSeq)))

  for (
    (name, schema, pathColumn, contentColumn, expected) <- Seq(
      ("the defaults", s"$path $bytes", "path", "content", columns("content", "path")),
      ("datasets by default", struct, "path", "content", columns("image/bytes", "image/path")),
      ("datasets, the struct named", struct, "path", "image", columns("image/bytes", "image/path")),
      (
        "datasets, the field named",
        struct,
        "image.path",
        "image.bytes",
        columns("image/bytes", "image/path")
      ),
      ("a path beside the struct", s"$struct $path", "path", "image", columns("image/bytes", "path")),
      ("no path", bytes, "path", "content", columns("content")),
      (
        "a path that is a list",
        s"$bytes repeated binary path (STRING);",
        "path",
        "content",
        columns("content")
      ),
      (
        "a name with a dot is exact first",
        s"required binary image.bytes; $struct",
        "path",
        "image.bytes",
        columns("image.bytes")
      ),
      (
        "a struct whose name has a dot",
        "required group a.b { required binary c; }",
        "path",
        "a.b.c",
        columns("a.b/c")
      ),
      (
        "deep",
        "required group a { required group b { required binary c; } }",
        "path",
        "a.b.c",
        columns("a/b/c")
      ),
      (
        "a struct in a struct",
        s"required group a { $struct }",
        "path",
        "a.image",
        columns("a/image/bytes", "a/image/path")
      ),
      (
        "image wins over other candidates",
        s"$struct optional binary thumbnail;",
        "path",
        "content",
        columns("image/bytes", "image/path")
      ),
      (
        "the only binary column",
        "required binary jpg; required int32 path;",
        "path",
        "content",
        columns("jpg", "path")
      ),
      (
        "content of another type gives way",
        s"required binary content (STRING); $struct",
        "path",
        "content",
        columns("image/bytes", "image/path")
      ),
      ("a key of a number", s"$bytes required int64 id;", "id", "content", columns("content", "id")),
      ("a named path that is missing", bytes, "id", "content", columns("content"))
    )
  ) test(s"$name: found") {
    assert(ImageColumns.of(ParquetFixtures.schema(schema), pathColumn, contentColumn) == expected)
  }

  for (
    (name, schema, contentColumn, message) <- Seq(
      ("two candidates", "required binary a; required binary b;", "content", "a: binary, b: binary"),
      ("a text column", "required binary content (STRING);", "content", "content: string"),
      ("a named column is never replaced", struct, "photo", "image: struct<bytes: binary, path: string>"),
      (
        "types that Spark does not read",
        "required int64 u (INTEGER(64,false)); required int96 t;",
        "content",
        "u: integer(64,false), t: int96"
      )
    )
  ) test(s"$name: refused with the columns and their types") {
    val problem = ImageColumns.of(ParquetFixtures.schema(schema), "path", contentColumn).left.value
    assert(problem.contains(s"There is no column $contentColumn of type binary or struct<bytes: binary>"))
    assert(problem.contains(s"the columns are $message.") && problem.contains("--content-column"))
  }

  test("what the user did not name is said, and nothing else") {
    def note(schema: String, pathColumn: String = "path", contentColumn: String = "content") =
      ImageColumns.note(
        ImageColumns.of(ParquetFixtures.schema(schema), pathColumn, contentColumn).value,
        pathColumn,
        contentColumn
      )
    assert(note(s"$path $bytes").isEmpty)
    assert(note(struct, "image.path", "image").isEmpty)
    assert(note(struct).mkString(" ").contains("column image.bytes is taken"))
    assert(note(struct).mkString(" ").contains("column image.path is taken"))
    assert(note(bytes).mkString.contains("rows are keyed FILE#ROW"))
  }
}
