package vitscale.ml

import org.apache.spark.sql.functions._
import org.apache.spark.sql.{Column, DataFrame}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{LocalSpark, TestImages, TinyModel, UsageException}

/** The columns that a stage takes its images from. */
class ImageColumnSuite extends AnyFunSuite with LocalSpark {

  private val pictures = (0 until 4).map(TestImages.jpeg)
  private lazy val expected = TinyModel.labels(pictures)

  /** Each image as `content`, with `nothing` null. */
  private lazy val frame: DataFrame = {
    val session = spark
    import session.implicits._
    pictures.zipWithIndex
      .map(_.swap)
      .toDF("id", "content")
      .withColumn("nothing", lit(null).cast("binary"))
      .coalesce(1)
  }

  private def hugging(bytes: Column, path: Column = lit(null).cast("string")): Column =
    struct(bytes.as("bytes"), path.as("path"))

  private val content = col("content")

  private def stage(column: String) =
    new ViTImageClassifier().setModelPath(TinyModel.path.toString).setTopK(1).setInputCol(column)

  private def labels(rows: DataFrame, column: String): Seq[String] =
    stage(column)
      .transform(rows)
      .select(coalesce(col("classification.error"), col("classification.predictions")(0)("label")), col("id"))
      .collect()
      .sortBy(_.getInt(1))
      .map(_.getString(0))
      .toSeq

  test("every layout of encoded images gives the engine's labels") {
    val layouts = Seq(
      ("content", frame),
      ("image", frame.withColumn("image", hugging(content))),
      ("image", frame.withColumn("image", hugging(content, lit("a.jpg")))),
      ("image", frame.withColumn("image", struct(lit("a.jpg").as("path"), content.as("bytes")))),
      ("image", frame.withColumn("image", struct(content.as("bytes"), lit(1).as("height")))),
      ("image.bytes", frame.withColumn("image", hugging(content))),
      ("row.image", frame.withColumn("row", struct(lit(1).as("label"), hugging(content).as("image")))),
      ("row.image.bytes", frame.withColumn("row", struct(hugging(content).as("image")))),
      ("a.b", frame.withColumn("a.b", content)),
      ("a.b.bytes", frame.withColumn("a.b", hugging(content))),
      (
        "image.bytes",
        frame.withColumn("image", hugging(col("nothing"))).withColumn("image.bytes", content)
      )
    )
    layouts.foreach { case (column, rows) =>
      assert(labels(rows, column) == expected, rows.schema.simpleString)
    }
  }

  test("null structs and null bytes are rows with a reason, their neighbours keep their labels") {
    def some(present: Column) = when(col("id") =!= 1, present)
    val layouts = Seq(
      ("content", frame.withColumn("content", some(content)), "there is no image in this row"),
      ("image", frame.withColumn("image", some(hugging(content))), "there is no image in this row"),
      ("image.bytes", frame.withColumn("image", some(hugging(content))), "there is no image in this row"),
      ("image.bytes", frame.withColumn("image", hugging(some(content))), "there is no image in this row"),
      ("image", frame.withColumn("image", hugging(some(content))), "its bytes are null"),
      ("image", frame.withColumn("image", hugging(some(content), lit("a.jpg"))), "its path is a.jpg"),
      ("a.b", frame.withColumn("a", some(struct(content.as("b")))), "there is no image in this row")
    )
    layouts.foreach { case (column, rows, reason) =>
      val found = labels(rows, column)
      assert(found(1).contains(reason))
      assert(found.patch(1, Seq.empty, 1) == expected.patch(1, Seq.empty, 1))
    }
  }

  test("what holds no images is refused with what was found and what is expected") {
    val rows = frame.withColumn("image", hugging(content)).withColumn("texts", array(lit("a")))
    val refused = Seq(
      (rows, "picture", "There is no column picture; the columns are id, content, nothing, image, texts"),
      (rows, "image.byte", "There is no column image.byte"),
      (rows, "content.bytes", "There is no column content.bytes"),
      (rows, "image.path", "The column image.path holds string, expected binary"),
      (rows, "texts", "The column texts holds array<string>, expected binary"),
      (rows.withColumn("image", struct(lit("a").as("bytes"))), "image", "holds struct<bytes:string>"),
      (rows.select(col("*"), col("content")), "content", "There are several columns content")
    )
    refused.foreach { case (frame, column, message) =>
      val error = intercept[UsageException](stage(column).transformSchema(frame.schema))
      assert(error.getMessage.startsWith(message) || error.getMessage.contains(message), error.getMessage)
      assert(!error.getMessage.contains("\n"))
    }
  }

  test("an output column that differs in case alone is refused, as Spark could not tell them apart") {
    val error =
      intercept[UsageException](stage("content").setOutputCol("CONTENT").transformSchema(frame.schema))
    assert(error.getMessage.contains("The column CONTENT already exists"))
  }
}
