package vitscale.python

import java.nio.file.{Files, Paths}
import java.util

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.module.scala.DefaultScalaModule

import vitscale.CommandLine.say
import vitscale.image.PixelRows
import vitscale.image.decode.ImageDecoder
import vitscale.model.{ModelFolder, ModelRuntime}
import vitscale.onednn.calibrate.{Calibration, Calibrator}

/** A calibration that is not written yet, so that Python can decide on it. */
final class PythonCalibration private (found: Calibration) {

  /** @return
    *   JSON: `smoothed`, `exact_blocks`, `agreement`, `error`, and the class ids of the checks in `labels` and `exact_labels`
    */
  def describe(): String = PythonCalibration.json.writeValueAsString(
    Map[String, Any](
      "smoothed" -> found.isSmoothed,
      "exact_blocks" -> found.scales.exactBlocks,
      "blocks" -> found.scales.blocks.size,
      "agreement" -> found.comparison.agreement,
      "error" -> found.comparison.error,
      "labels" -> found.comparison.labels,
      "exact_labels" -> found.comparison.exactLabels
    )
  )

  /** @return
    *   the file that was written into the model folder
    */
  def write(): String = found.write().toString
}

object PythonCalibration {

  private val json = JsonMapper.builder().addModule(DefaultScalaModule).build()

  /** @param images
    *   paths of image files that can all be decoded
    * @param checks
    *   the same, to measure the loss with
    * @param least
    *   share of the checks that must keep float32's first label; 0 for all blocks in codes
    */
  private[vitscale] def measure(
      model: String,
      images: util.List[String],
      checks: util.List[String],
      least: Double
  ): PythonCalibration = {
    val folder = ModelFolder.open(Paths.get(model), "int8", ModelRuntime.OneDnn)
    new PythonCalibration(new Calibrator(folder, say).calibrate(decoded(images), decoded(checks), least))
  }

  private def decoded(files: util.List[String]): Iterator[PixelRows] =
    files.iterator.asScala.map(file => ImageDecoder.decode(Files.readAllBytes(Paths.get(file))))
}
