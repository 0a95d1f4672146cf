package vitscale.ml

import org.apache.spark.ml.util.MLWriter
import org.apache.spark.ml.vitscale.NamedStage

/** The model inside the folder of a saved stage, so that a pipeline that was saved on one machine loads on another. */
private[vitscale] object SavedModel {

  private val Folder = "model"

  /** Write a stage as another writer does, then its model. */
  def writer(stage: ViTParams, inner: MLWriter): MLWriter =
    new NamedStage.Writer(inner, write(stage, _))

  private def inside(path: String): String = s"$path/$Folder"

  /** Copy the model of a stage into the folder of the saved stage. A stage without a model stays without one. */
  def write(stage: ViTParams, path: String): Unit =
    if (stage.isDefined(stage.modelPath)) stage.location.save(inside(path))

  /** Let a stage that was read use the model in its folder, also where it is saved over that folder. Stages that ViTScale 0.1
    * saved have none, and keep the path of their model.
    */
  def read(stage: ViTParams, path: String): Unit = {
    val place = ModelLocation(inside(path), stage.getPrecision, stage.getRuntime)
    if (place.exists) {
      stage.setModelPath(place.path)
      stage.location.keep()
    }
  }
}
