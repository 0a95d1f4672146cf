package vitscale.onednn

import java.nio.file.Path

import vitscale.onednn.checkpoint.Settings
import vitscale.onednn.convnext.ConvNextConfig
import vitscale.onednn.pass.Architecture
import vitscale.onednn.swin.SwinConfig
import vitscale.onednn.vit.VitConfig
import vitscale.onednn.vit.family.ModelFamily

/** The architectures that this engine runs. */
private[onednn] object Architectures {

  /** The values of `model_type` that this engine runs. */
  private def modelTypes: Seq[String] =
    ModelFamily.all
      .map(_.modelType) ++ Seq(ConvNextConfig.ModelType, SwinConfig.ModelType, SwinConfig.SecondModelType)

  /** @param classes
    *   number of the model's labels
    * @param input
    *   height and width of the images that the preprocessor makes, in pixels
    * @throws vitscale.ModelException
    *   if a setting has a value that no such model has, or one that this engine does not run
    */
  def read(file: Path, classes: Int, input: (Int, Int)): Architecture = {
    val settings = Settings.of(file)
    val found = settings.modelType
    if (!modelTypes.contains(found)) settings.refuse("model_type", s"one of ${modelTypes.mkString(", ")}")
    found match {
      case ConvNextConfig.ModelType => ConvNextConfig.of(settings, classes, input)
      case SwinConfig.ModelType | SwinConfig.SecondModelType => SwinConfig.of(settings, classes, input)
      case _ => VitConfig.of(settings, classes, input)
    }
  }
}
