package vitscale.sparknlp

import java.nio.file.{Files, Path}

import scala.util.Try

import vitscale.model.ModelFolder
import vitscale.{ModelException, UsageException}

/** What runs the model inside Spark NLP. */
sealed abstract class StockEngine(val name: String) {

  /** The folder that Spark NLP's `loadSavedModel` takes.
    *
    * @throws vitscale.VitscaleException
    *   if the model was not exported for this engine, or the engine is not on the class path
    */
  def folder(model: ModelFolder): Path
}

object StockEngine {

  case object Onnx extends StockEngine("onnx") {
    override def folder(model: ModelFolder): Path = model.onnxFolder
  }

  /** The engine of the published benchmark. Its jars are no part of ViTScale's own. */
  case object TensorFlow extends StockEngine("tensorflow") {

    /** Environment variables, since TensorFlow reads them when it is loaded and offers no other way. */
    val oneDnnVariable = "TF_ENABLE_ONEDNN_OPTS"
    val threadsVariable = "TF_NUM_INTRAOP_THREADS"

    def usesOneDnn: Boolean = sys.env.get(oneDnnVariable).contains("1")

    def threads: Option[Int] = sys.env.get(threadsVariable).flatMap(text => Try(text.toInt).toOption)

    override def folder(model: ModelFolder): Path = {
      val precision = model.onnxFolder.getFileName.toString
      if (precision != "fp32")
        throw new UsageException(s"Spark NLP's TensorFlow engine runs fp32 alone, not $precision.")
      val folder = model.path.resolve("tensorflow").resolve("fp32")
      val files = Seq("saved_model.pb", "assets/labels.json", "assets/preprocessor_config.json")
      files.map(folder.resolve(_)).find(!Files.isRegularFile(_)).foreach { missing =>
        throw new ModelException(
          s"The model folder ${model.path} lacks ${model.path.relativize(missing)}. " +
            s"Make it: vitscale export ${model.name} --format tensorflow -o ${model.path}"
        )
      }
      requireJars()
      folder
    }

    private def requireJars(): Unit =
      if (Try(Class.forName("org.tensorflow.Graph", false, getClass.getClassLoader)).isFailure)
        throw new UsageException(
          "TensorFlow is not on the class path. From sbt: ./sbtw \"tensorflow/run --engine tensorflow ...\"; " +
            "from Python: make tensorflow, once"
        )
  }

  val all: Seq[StockEngine] = Seq(Onnx, TensorFlow)

  def named(name: String): Option[StockEngine] = all.find(_.name == name)
}
