package vitscale.onednn

import java.nio.file.Path

import vitscale.onednn.convnext.ConvNextConfig
import vitscale.onednn.family.{ModelFamily, Settings}
import vitscale.onednn.swin.SwinConfig

/** A model that this engine runs, as its `config.json` describes it. */
private[onednn] trait Architecture {

  /** Height and width of the images that it sees, in pixels. */
  def imageHeight: Int
  def imageWidth: Int

  /** Number of labels. */
  def classes: Int

  /** Numbers of the features of one image, which one linear layer reads; 0 if several layers read several tokens. */
  def features: Int

  /** The blocks that 8-bit codes can compute; none where the engine has fp32 and bf16 alone. */
  def codedBlocks: Option[CodedBlocks]

  /** What makes the plans of an open model.
    *
    * @param scales
    *   for int8 alone
    */
  def plans(pack: WeightPack, numbers: Numbers, scales: Option[Int8Scales]): Plans

  /** Numbers of one image. */
  final def pixels: Int = Architecture.Channels * imageHeight * imageWidth
}

/** @param count
  *   number of blocks
  * @param channels
  *   numbers of a token in each of them
  */
final private[onednn] case class CodedBlocks(count: Int, channels: Int)

private[onednn] object Architecture {

  /** Red, green and blue. */
  val Channels = 3

  /** The values of `model_type` that this engine runs. */
  def modelTypes: Seq[String] =
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
    settings.modelType match {
      case ConvNextConfig.ModelType => ConvNextConfig.of(settings, classes, input)
      case SwinConfig.ModelType | SwinConfig.SecondModelType => SwinConfig.of(settings, classes, input)
      case _ => VitConfig.of(settings, classes, input)
    }
  }
}
