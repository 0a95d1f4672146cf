package vitscale.preprocess

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import com.fasterxml.jackson.core.JsonProcessingException
import com.fasterxml.jackson.databind.ObjectMapper
import com.fasterxml.jackson.databind.node.ObjectNode

import vitscale.ModelException
import vitscale.resize.{Resample, TargetSize}

/** The settings of a model's `preprocessor_config.json`, with the defaults of its Transformers class.
  *
  * @param resize
  *   target size and filter, unless `do_resize` is off
  * @param crop
  *   width and height that are cut out of the middle after resizing, where `do_center_crop` is on
  * @param rescaleFactor
  *   what samples (0..255) are multiplied by, unless `do_rescale` is off
  * @param normalize
  *   mean and standard deviation of each channel after rescaling, unless `do_normalize` is off
  * @param rescaleOffset
  *   whether 1 is subtracted after rescaling (`rescale_offset` of EfficientNet)
  * @param divideAgain
  *   standard deviation of each channel by which the result is divided once more (`include_top` of EfficientNet)
  * @param flipsChannels
  *   whether the model takes blue first (`do_flip_channel_order` of MobileViT)
  * @param cropsToEven
  *   whether the crop rounds half a margin to the even number (torchvision's, which timm uses)
  */
final case class PreprocessorConfig(
    resize: Option[(TargetSize, Resample)],
    crop: Option[(Int, Int)],
    rescaleFactor: Option[Double],
    normalize: Option[(Seq[Double], Seq[Double])],
    rescaleOffset: Boolean = false,
    divideAgain: Option[Seq[Double]] = None,
    flipsChannels: Boolean = false,
    cropsToEven: Boolean = false
)

object PreprocessorConfig {

  /** Reads a `preprocessor_config.json`.
    *
    * @throws ModelException
    *   if it cannot be read, or has a setting that this preprocessor does not support
    */
  def read(file: Path): PreprocessorConfig = {
    val json =
      try new String(Files.readAllBytes(file), UTF_8)
      catch {
        case e: IOException =>
          throw new ModelException(
            s"$file cannot be read. Export the model again: vitscale export MODEL -o DIR",
            e
          )
      }
    try parse(json)
    catch { case e: ModelException => throw new ModelException(s"$file: ${e.getMessage}", e) }
  }

  /** The same from the file's text. */
  def parse(json: String): PreprocessorConfig = {
    val root =
      try new ObjectMapper().readTree(json)
      catch {
        case e: JsonProcessingException => throw new ModelException(s"not JSON: ${e.getOriginalMessage}", e)
      }
    root match {
      case fields: ObjectNode => new PreprocessorReader(fields).config
      case _ => throw new ModelException("expected a JSON object with the settings of an image processor")
    }
  }
}
