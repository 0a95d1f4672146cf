package vitscale.python

import java.nio.file.Paths
import java.util

import scala.jdk.CollectionConverters._

import vitscale.classify.RuntimeChoice
import vitscale.device.Device
import vitscale.image.jpeg.JpegLibrary
import vitscale.image.{DecodeLimits, Truncated}
import vitscale.model.ModelRuntime
import vitscale.{FileUri, Version}

/** The methods that Python calls over py4j to classify images. The benchmark has a separate API. */
object PythonApi {

  /** The version of this jar. Python compares it with its own version before any other call. A `ClassNotFoundException` tells
    * that the class path lacks the jar with the libraries.
    */
  def version: String = {
    Class.forName("ai.onnxruntime.OrtEnvironment", false, getClass.getClassLoader)
    Version.current
  }

  /** The libraries for the forward pass in this process: the name of each library, and its state in words. */
  def runtimes: util.Map[String, String] =
    ModelRuntime.all.map(one => one.name -> RuntimeChoice.stateInWords(one)).toMap.asJava

  /** The library that decodes JPEGs in this process, with the reason. */
  def jpegLibrary: String = JpegLibrary.inWords

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

  /** @param model
    *   path or `file:` URI of the model folder
    * @param threads
    *   threads of one forward pass; 0 runs one thread per pass and one pass per core
    * @param runtime
    *   `auto`, `onnxruntime` or `onednn`
    * @param truncated
    *   `error` or `gray`: what becomes of a truncated image
    */
  def classifier(
      model: String,
      precision: String,
      threads: Int,
      runtime: String,
      truncated: String
  ): PythonClassifier = {
    val folder = FileUri.path(model).getOrElse(Paths.get(model))
    val choice = RuntimeChoice.open(folder, precision, runtime, Device.Cpu)
    PythonClassifier.open(choice, threads, DecodeLimits.default.copy(truncated = Truncated.named(truncated)))
  }

  /** Measures how a model becomes 8-bit codes, see [[PythonCalibration]]. */
  def calibrate(
      model: String,
      images: util.List[String],
      checks: util.List[String],
      least: Double
  ): PythonCalibration = PythonCalibration.measure(model, images, checks, least)
}
