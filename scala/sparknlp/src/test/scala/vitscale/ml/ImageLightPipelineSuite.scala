package vitscale.ml

import java.nio.file.{Files, Path}
import java.util

import scala.jdk.CollectionConverters._

import com.johnsnowlabs.nlp.{Annotation, AnnotationImage, ImageAssembler, LightPipeline}
import org.apache.spark.ml.feature.SQLTransformer
import org.apache.spark.ml.{Pipeline, PipelineModel, PipelineStage}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{LocalSpark, TestImages, TinyModel}

/** Spark NLP's `LightPipeline` over good, damaged and missing images. */
class ImageLightPipelineSuite extends AnyFunSuite with LocalSpark {

  private lazy val folder: Path = {
    val made = Files.createTempDirectory("vitscale-light-")
    val jpeg = TestImages.jpeg(3)
    Files.write(made.resolve("good.jpg"), jpeg)
    Files.write(made.resolve("a b%20#1.png"), TestImages.encoded(TestImages.picture(4), "png"))
    Files.write(made.resolve("cut.jpg"), jpeg.take(jpeg.length * 2 / 3))
    Files.write(made.resolve("empty.jpg"), Array.emptyByteArray)
    Files.write(made.resolve("text.jpg"), TestImages.garbage)
    Files.createDirectory(made.resolve("folder"))
    made
  }

  private lazy val labels = TinyModel.labels(
    Seq("good.jpg", "a b%20#1.png").map(name => Files.readAllBytes(folder.resolve(name)))
  )

  /** Paths with the label that they must have, or a part of the reason why they have none. */
  private def cases: Seq[(String, Either[String, String])] = Seq(
    path("good.jpg") -> Right(labels(0)),
    path("cut.jpg") -> Left("truncated"),
    path("missing.jpg") -> Left("No such file"),
    path("a b%20#1.png") -> Right(labels(1)),
    path("empty.jpg") -> Left("0 bytes"),
    path("text.jpg") -> Left("not an image"),
    path("folder") -> Left("Is a directory"),
    folder.resolve("good.jpg").toUri.toString -> Right(labels(0)),
    folder.resolve("a b%20#1.png").toUri.toString -> Right(labels(1)),
    s"${LocalSpark.mounted}/${folder.getFileName}/good.jpg" -> Right(labels(0)),
    s"${LocalSpark.mounted}/${folder.getFileName}/missing.jpg" -> Left("cannot be read"),
    "nowhere://a/b.jpg" -> Left("nowhere"),
    "s3a://bucket/photo.jpg" -> Left("s3a"),
    "https://127.0.0.1:9/photo.jpg" -> Left("URL"),
    "" -> Left("cannot be read"),
    "zero\u0000byte.jpg" -> Left("Nul character not allowed"),
    path("good.jpg") -> Right(labels(0))
  )

  private def path(name: String): String = folder.resolve(name).toString

  private def stages: Array[PipelineStage] = Array(
    new ImageAssembler().setInputCol("image").setOutputCol("image_assembler"),
    VitScaleForImageClassification
      .loadSavedModel(TinyModel.onnxFolder.toString, spark)
      .setInputCols("image_assembler")
      .setOutputCol("class")
  )

  private def fitted(stages: Array[PipelineStage]): PipelineModel =
    new Pipeline().setStages(stages).fit(spark.read.format("image").load(path("good.jpg")))

  private lazy val pipeline = fitted(stages)
  private lazy val light = ImageLightPipeline.of(pipeline, parseEmbeddings = false)

  private def check(found: Annotation, wanted: Either[String, String], origin: String): Unit = {
    assert(found.metadata("origin") == origin)
    val (label, reason) = wanted.fold(reason => ("", reason), label => (label, ""))
    assert(found.result == label, origin)
    assert(found.metadata.getOrElse("error", "").contains(reason), origin)
    assert(found.metadata.contains("error") == wanted.isLeft, origin)
    ()
  }

  private def annotation(found: Map[String, Seq[_]]): Annotation =
    found("class") match { case Seq(one: Annotation) => one }

  test("every image has one annotation, alone and in a list") {
    val (paths, wanted) = cases.unzip
    light.fullAnnotateImages(paths.toArray, Array.empty).zip(cases).foreach {
      case (found, (origin, answer)) =>
        check(annotation(found), answer, origin)
    }
    cases.foreach { case (origin, answer) =>
      check(annotation(light.fullAnnotateImage(origin)), answer, origin)
      check(annotation(light.fullAnnotate(origin)), answer, origin)
    }
    val java =
      light.fullAnnotateImageJava(new util.ArrayList(paths.asJava), new util.ArrayList[String]()).asScala
    assert(java.map(_.get("class").size) == wanted.map(_ => 1))
  }

  test("images and texts come in pairs, and the text stays with its image") {
    val texts = Array("first", "second")
    val found = light.fullAnnotateImages(Array(path("good.jpg"), path("missing.jpg")), texts)
    val images = found.map(_("image_assembler") match { case Seq(one: AnnotationImage) => one })
    assert(images.map(_.text).toSeq == texts.toSeq)
    assert(images.map(_.result.length).toSeq == Seq(60 * 45 * 3, 0))
    intercept[IllegalArgumentException](light.fullAnnotateImages(Array(path("good.jpg")), texts))
  }

  test("nested pipelines and stages of Spark itself are passed through") {
    val nested = fitted(
      Array(stages(0), fitted(Array(stages(1))), new SQLTransformer().setStatement("SELECT * FROM __THIS__"))
    )
    val found = ImageLightPipeline.of(nested, parseEmbeddings = false)
    cases.take(3).foreach { case (origin, answer) =>
      check(annotation(found.fullAnnotateImage(origin)), answer, origin)
    }
  }

  test("in Spark NLP's own class, a cut JPEG fails too, though its decoder takes it for whole") {
    val stock = new LightPipeline(pipeline)
    check(annotation(stock.fullAnnotateImage(path("cut.jpg"))), Left("truncated"), path("cut.jpg"))
    check(annotation(stock.fullAnnotateImage(path("good.jpg"))), Right(labels(0)), path("good.jpg"))
  }
}
