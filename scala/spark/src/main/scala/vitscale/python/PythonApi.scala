package vitscale.python

import java.nio.file.Paths
import java.util

import vitscale.Version
import vitscale.image.Truncated
import vitscale.model.ModelFolder

/** All that Python calls over py4j to classify images; the benchmark has an API of its own. */
object PythonApi {

  /** Python compares it with its own before any other call. */
  def version: String = Version.current

  /** One image after the model's preprocessing.
    *
    * @param contents
    *   its path or its content, see [[PythonImages]]
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
    */
  def classifier(model: String, precision: String, threads: Int): PythonClassifier =
    PythonClassifier.open(open(model, precision), threads)

  private def open(model: String, precision: String): ModelFolder =
    ModelFolder.open(Paths.get(model), precision)
}
