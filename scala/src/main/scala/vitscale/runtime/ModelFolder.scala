package vitscale.runtime

import java.io.IOException
import java.nio.file.{Files, Path}

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException

/** A model folder as `vitscale export` writes it, checked: every file that is needed is there and fits the others.
  *
  * @param name
  *   what the model was exported from, a hub name or a folder
  * @param weights
  *   `pretrained`, or `random` where the hub did not answer
  * @param labels
  *   label texts, by class id
  * @param imageHeight
  *   height of the model's input, in pixels
  * @param imageWidth
  *   width of the model's input, in pixels
  * @param onnxSha256
  *   hash of the ONNX file, as the export recorded it
  */
final case class ModelFolder(
    path: Path,
    precision: String,
    name: String,
    weights: String,
    labels: IndexedSeq[String],
    imageHeight: Int,
    imageWidth: Int,
    onnxSha256: String
) {

  /** What Spark NLP's `loadSavedModel` takes. */
  def onnxFolder: Path = path.resolve("onnx").resolve(precision)

  def onnxFile: Path = onnxFolder.resolve("model.onnx")

  def preprocessorConfig: Path = path.resolve("preprocessor_config.json")
}

object ModelFolder {

  private val json = new ObjectMapper()

  /** @throws vitscale.ModelException
    *   if there is no such folder, a file is missing, or the files do not fit each other
    */
  def open(path: Path, precision: String): ModelFolder = {
    if (!Files.isDirectory(path))
      throw new ModelException(s"There is no model folder $path. Make one: vitscale export MODEL -o $path")
    val onnx = path.resolve("onnx").resolve(precision)
    Seq(
      path.resolve("config.json"),
      path.resolve("preprocessor_config.json"),
      path.resolve("vitscale.json"),
      onnx.resolve("model.onnx"),
      onnx.resolve("assets").resolve("labels.json"),
      onnx.resolve("assets").resolve("preprocessor_config.json")
    ).filterNot(Files.isRegularFile(_)).headOption.foreach { missing =>
      throw new ModelException(
        s"The model folder $path lacks ${path.relativize(missing)}. " +
          s"Make it: vitscale export MODEL --precision $precision -o $path"
      )
    }
    val config = read(path.resolve("config.json"))
    val provenance = read(path.resolve("vitscale.json"))
    val (height, width) = imageSize(config)
    ModelFolder(
      path = path.toAbsolutePath.normalize,
      precision = precision,
      name = provenance.path("name").asText(path.getFileName.toString),
      weights = provenance.path("weights").asText("pretrained"),
      labels = labels(config, path),
      imageHeight = height,
      imageWidth = width,
      onnxSha256 = provenance.path("onnx").path(precision).path("sha256").asText("")
    )
  }

  private def labels(config: JsonNode, path: Path): IndexedSeq[String] = {
    val byId =
      config.path("id2label").fields().asScala.map(entry => entry.getKey -> entry.getValue.asText).toMap
    val labels = (0 until byId.size).map(id => byId.get(id.toString))
    if (labels.isEmpty || labels.exists(_.isEmpty))
      throw new ModelException(
        s"id2label of $path/config.json has ${byId.size} entries that are not numbered from 0 on. Export the model again."
      )
    labels.flatten
  }

  /** `image_size` is one number for a square input, or height and width (Transformers' ViTConfig). */
  private def imageSize(config: JsonNode): (Int, Int) = {
    val size = config.path("image_size")
    if (size.isArray) (size.get(0).asInt, size.get(1).asInt) else (size.asInt(224), size.asInt(224))
  }

  private def read(file: Path): JsonNode =
    try json.readTree(file.toFile)
    catch {
      case error: IOException =>
        throw new ModelException(s"$file is not JSON: ${error.getMessage}. Export the model again.", error)
    }
}
