package vitscale.ml

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import scala.collection.mutable.ArrayBuffer

import org.apache.logging.log4j.core.appender.AbstractAppender
import org.apache.logging.log4j.core.config.Property
import org.apache.logging.log4j.core.{LogEvent, Logger}
import org.apache.logging.log4j.{Level, LogManager}
import org.scalatest.funsuite.AnyFunSuite

import vitscale.{LocalSpark, TestImages, TinyModel}

/** Stages warn in Spark's log of a model whose labels mean nothing. */
class RandomWeightsSuite extends AnyFunSuite with LocalSpark {

  private class Recorder extends AbstractAppender("recorder", null, null, false, Property.EMPTY_ARRAY) {
    val warnings = ArrayBuffer.empty[String]

    override def append(event: LogEvent): Unit = synchronized {
      if (event.getLevel == Level.WARN) {
        warnings += event.getMessage.getFormattedMessage
        ()
      }
    }
  }

  /** What is logged while two stages with this model classify. */
  private def warnings(model: Path): Seq[String] = {
    val session = spark
    import session.implicits._
    val images = Seq(TestImages.jpeg(0)).toDF("content")
    val logger = LogManager.getRootLogger.asInstanceOf[Logger]
    val recorder = new Recorder
    recorder.start()
    logger.addAppender(recorder)
    def classify() = new ViTImageClassifier().setModelPath(model.toString).transform(images).collect()
    try Seq.fill(2)(classify())
    finally logger.removeAppender(recorder)
    recorder.warnings.filter(_.contains("weights")).toSeq
  }

  test("random weights are told once for each model, trained ones never") {
    val random = TinyModel.copy()
    assert(
      warnings(random) == Seq(
        "The weights of tiny-vit are random, so its labels mean nothing. " +
          "Export a trained model with `vitscale export MODEL -o DIR`."
      )
    )
    assert(warnings(TinyModel.copy()).size == 1)
    val trained = TinyModel.copy()
    val manifest = trained.resolve("vitscale.json")
    val text = new String(Files.readAllBytes(manifest), UTF_8)
    Files.write(manifest, text.replace("random", "pretrained").getBytes(UTF_8))
    assert(warnings(trained).isEmpty)
  }
}
