package vitscale.python

import java.nio.file.{Files, Paths}
import java.util

import scala.collection.JavaConverters._

import vitscale.image.Truncated
import vitscale.image.decode.ImageDecoder
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.Calibrator
import vitscale.{UsageException, Version}

/** All that Python calls over py4j to classify images; the benchmark has an API of its own. */
object PythonApi {

  /** Python compares it with its own before any other call. */
  def version: String = Version.current

  /** One image after the model's preprocessing.
    *
    * @param contents
    *   its path or its content, see `PythonImages`
    * @param shapes
    *   its width and height, or null
    * @param config
    *   the text of a `preprocessor_config.json`
    * @param truncated
    *   `error` or `gray`: what becomes of a truncated image
    */
  def prepare(contents: util.List[_], shapes: String, config: String, truncated: String): PreparedImage =
    PreparedImage.of(PythonImages.sent(contents, shapes).head, config, Truncated.named(truncated))

  /** @param threads
    *   cores of one forward pass; 0 for one each, with as many passes side by side as there are cores
    * @param runtime
    *   `onnxruntime` or `onednn`
    */
  def classifier(model: String, precision: String, threads: Int, runtime: String): PythonClassifier = {
    val chosen = runtimeNamed(runtime)
    PythonClassifier.open(ModelFolder.open(Paths.get(model), precision, chosen), threads, chosen)
  }

  /** Measures the ranges that int8 on oneDNN needs, over images that can all be decoded.
    *
    * @param images
    *   paths of image files
    * @return
    *   the file that was written into the model folder
    */
  def calibrate(model: String, images: util.List[String]): String = {
    val folder = ModelFolder.open(Paths.get(model), "fp32", ModelRuntime.OneDnn)
    val decoded =
      images.iterator.asScala.map(file => ImageDecoder.decode(Files.readAllBytes(Paths.get(file))))
    Calibrator.calibrate(folder, decoded).toString
  }

  private def runtimeNamed(name: String): ModelRuntime =
    ModelRuntime
      .named(name)
      .getOrElse(
        throw new UsageException(
          s"There is no runtime $name; expected one of ${ModelRuntime.all.map(_.name).mkString(", ")}."
        )
      )
}
