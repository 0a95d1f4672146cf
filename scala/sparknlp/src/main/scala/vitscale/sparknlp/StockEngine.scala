package vitscale.sparknlp

import java.nio.file.{Files, Path}

import scala.util.Try

import vitscale.model.ModelFolder
import vitscale.{ModelException, NamedValue, NamedValues, UsageException}

/** An engine of Spark NLP, which computes the forward pass. */
sealed abstract class StockEngine(override val name: String) extends NamedValue {

  /** Return the folder for Spark NLP's `loadSavedModel`.
    *
    * @throws vitscale.VitscaleException
    *   if the model was not exported for this engine, or the engine is not on the class path
    */
  def folder(model: ModelFolder): Path
}

object StockEngine extends NamedValues[StockEngine] {

  case object Onnx extends StockEngine("onnx") {
    override def folder(model: ModelFolder): Path = model.onnxFolder
  }

  /** The engine of the published benchmark. ViTScale's own jar does not contain it. */
  case object TensorFlow extends StockEngine("tensorflow") {

    override def folder(model: ModelFolder): Path = {
      val precision = model.onnxFolder.getFileName.toString
      if (precision != "fp32")
        throw new UsageException(
          s"Spark NLP's TensorFlow engine runs only fp32, but the precision is $precision. Choose --precision fp32."
        )
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

  override val all: Seq[StockEngine] = Seq(Onnx, TensorFlow)
}
