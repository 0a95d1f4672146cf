package vitscale.onednn.checkpoint

import java.io.IOException
import java.nio.file.Path

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException

/** The settings of a model in `config.json`, each checked as it is read.
  *
  * @param root
  *   the object with the settings
  * @param section
  *   its name inside the file, with a dot behind it; empty at the top
  */
final private[onednn] class Settings private (file: Path, root: JsonNode, section: String) {

  /** The settings in an object of this one.
    *
    * @throws vitscale.ModelException
    *   if there is no such object
    */
  def in(name: String): Settings = {
    if (!root.path(name).isObject) refuse(name, "an object")
    new Settings(file, root.path(name), s"$section$name.")
  }

  /** Whether the file has a value of this name. */
  def has(name: String): Boolean = !absent(root.path(name))

  /** A text; the default where the file has none. */
  def text(name: String, default: String): String = {
    val node = root.path(name)
    if (absent(node)) default else if (node.isTextual) node.textValue else refuse(name, "a text")
  }

  /** A whole number from 1 to `most`. */
  def whole(name: String, default: Int, most: Int): Int = {
    val node = root.path(name)
    if (absent(node)) default
    else if (node.isInt && node.intValue >= 1 && node.intValue <= most) node.intValue
    else refuse(name, s"a whole number from 1 to $most")
  }

  /** A list of at least one whole number from `least` to `most`. */
  def wholes(name: String, default: Seq[Int], most: Int, least: Int = 1): Seq[Int] = {
    val node = root.path(name)
    val found = node.elements().asScala.toSeq
    if (absent(node)) default
    else if (
      found.nonEmpty && found.forall(one => one.isInt && one.intValue >= least && one.intValue <= most)
    )
      found.map(_.intValue)
    else refuse(name, s"a list of whole numbers from $least to $most")
  }

  /** A whole number from 0 to `most`. */
  def count(name: String, default: Int, most: Int): Int = {
    val node = root.path(name)
    if (node.isInt && node.intValue == 0) 0 else whole(name, default, most)
  }

  def number(name: String, default: Double): Double = {
    val node = root.path(name)
    if (absent(node)) default else if (node.isNumber) node.doubleValue else refuse(name, "a number")
  }

  def flag(name: String, default: Boolean): Boolean = {
    val node = root.path(name)
    if (absent(node)) default
    else if (node.isBoolean) node.booleanValue
    else refuse(name, "true or false")
  }

  /** Height and width: one number for a square, or a list of both. */
  def edges(name: String, default: Int): (Int, Int) = {
    val node = root.path(name)
    val sizes =
      if (absent(node)) Seq(default, default)
      else if (node.isArray) node.elements().asScala.map(size => if (size.isInt) size.intValue else 0).toSeq
      else Seq.fill(2)(if (node.isInt) node.intValue else 0)
    sizes match {
      case Seq(height, width) if sizes.forall(size => size > 0 && size <= LargestEdge) => (height, width)
      case _ => refuse(name, s"a whole number from 1 to $LargestEdge, or [height, width]")
    }
  }

  /** `model_type`; a ViT's where it is missing */
  def modelType: String = text("model_type", Settings.DefaultType)

  /** `hidden_size` */
  def hidden: Int = whole("hidden_size", 768, 1 << 16)

  /** `layer_norm_eps` */
  def epsilon(default: Float): Float = {
    val found = number("layer_norm_eps", default.toDouble)
    if (found > 0 && found < 1) found.toFloat else refuse("layer_norm_eps", "a number between 0 and 1")
  }

  /** Images must have three channels, `num_channels`. */
  def requireColours(): Unit =
    if (whole("num_channels", Settings.Channels, 1 << 10) != Settings.Channels)
      refuse("num_channels", s"${Settings.Channels}")

  /** Whether `architectures` names a class of Transformers. */
  def isOf(architecture: String): Boolean =
    root.path("architectures").elements().asScala.exists(_.asText == architecture)

  def refuse(name: String, expected: String): Nothing =
    throw new ModelException(
      s"$section$name in $file is ${root.path(name)}; the oneDNN engine expects $expected.${Settings.Remedy}"
    )

  private def absent(node: JsonNode): Boolean = node.isMissingNode || node.isNull

  private val LargestEdge = 1 << 14
}

private[onednn] object Settings {

  /** Red, green and blue. */
  val Channels = 3

  /** The `model_type` of a file without one. */
  private val DefaultType = "vit"

  /** Last sentence of a refusal. */
  val Remedy = " Run the model on ONNX Runtime."

  /** @throws vitscale.ModelException
    *   if the file is no JSON
    */
  def of(file: Path): Settings =
    try new Settings(file, new ObjectMapper().readTree(file.toFile), "")
    catch {
      case error: IOException =>
        throw new ModelException(s"$file is not JSON: ${error.getMessage}. Export the model again.", error)
    }
}
