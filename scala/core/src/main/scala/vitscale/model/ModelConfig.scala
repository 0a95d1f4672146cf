package vitscale.model

import java.nio.file.Path

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.JsonNode

import vitscale.ModelException

/** The model's input and output, from a checkpoint's `config.json`.
  *
  * @param labels
  *   label texts, by class id
  * @param modelType
  *   family of the model, `vit` where the file names none
  * @param imageSize
  *   height and width of a ViT's input, in pixels. Other families take more sizes than the one in their file; the image
  *   processor makes theirs.
  * @param problemType
  *   one of the three that `PreTrainedConfig` of Transformers knows; empty for none
  */
final private[model] case class ModelConfig(
    labels: IndexedSeq[String],
    modelType: String,
    imageSize: Option[(Int, Int)],
    problemType: String
)

private[model] object ModelConfig {

  /** `model_type` of a plain ViT. */
  val Vit = "vit"

  /** Of Transformers' ViTConfig. */
  private val DefaultImageSize = 224

  /** @throws vitscale.ModelException
    *   if the file is no JSON, or a field has a value that no model has
    */
  def read(file: Path): ModelConfig = {
    val config = JsonFile.read(file)
    val modelType = config.path("model_type").asText(Vit)
    ModelConfig(
      labels = Labels.fromConfig(config.path("id2label"), file),
      modelType = modelType,
      imageSize = if (modelType == Vit) Some(imageSize(config, file)) else None,
      problemType = problemType(config, file)
    )
  }

  /** `image_size` is one number for a square input, or height and width (Transformers' ViTConfig). */
  private def imageSize(config: JsonNode, file: Path): (Int, Int) = {
    val size = config.path("image_size")
    val edges =
      if (size.isMissingNode) Seq(DefaultImageSize, DefaultImageSize)
      else if (size.isArray) size.elements().asScala.map(length).toSeq
      else Seq(length(size), length(size))
    edges match {
      case Seq(height, width) if height > 0 && width > 0 => (height, width)
      case _ =>
        throw new ModelException(
          s"image_size of $file is $size; expected a whole number above 0, or [height, width]. Export the model again."
        )
    }
  }

  /** A whole number, else 0, which is no length. */
  private def length(node: JsonNode): Int = if (node.isInt) node.asInt else 0

  /** The three kinds that `PreTrainedConfig` of Transformers knows; absent or `null` for none. */
  private def problemType(config: JsonNode, file: Path): String = {
    val named = config.path("problem_type")
    if (named.isMissingNode || named.isNull) ""
    else if (ScoreFunction.ProblemTypes.contains(named.asText)) named.asText
    else
      throw new ModelException(
        s"problem_type of $file is $named; expected one of ${ScoreFunction.ProblemTypes.mkString(", ")}. " +
          "Export the model again."
      )
  }
}
