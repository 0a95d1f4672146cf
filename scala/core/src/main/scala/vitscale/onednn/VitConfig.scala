package vitscale.onednn

import java.io.IOException
import java.nio.file.Path

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException

/** The architecture of a ViT: what a forward pass needs of its `config.json`.
  *
  * @param hidden
  *   numbers of one token, `hidden_size`
  * @param intermediate
  *   width of the feed-forward block
  * @param imageHeight
  *   in pixels
  * @param patchHeight
  *   in pixels
  * @param epsilon
  *   `layer_norm_eps`
  * @param hasQkvBias
  *   whether queries, keys and values have a bias
  * @param classes
  *   number of labels
  */
final private[onednn] case class VitConfig(
    hidden: Int,
    layers: Int,
    heads: Int,
    intermediate: Int,
    imageHeight: Int,
    imageWidth: Int,
    patchHeight: Int,
    patchWidth: Int,
    activation: Activation,
    epsilon: Float,
    hasQkvBias: Boolean,
    classes: Int
) {
  def headSize: Int = hidden / heads

  /** Patches in a column and in a row; pixels beyond the last whole patch are not read, as in a convolution. */
  def gridHeight: Int = imageHeight / patchHeight
  def gridWidth: Int = imageWidth / patchWidth
  def patches: Int = gridHeight * gridWidth

  /** Patches and the class token. */
  def tokens: Int = patches + 1

  /** Numbers of one patch. */
  def patchSize: Int = VitConfig.Channels * patchHeight * patchWidth

  /** Numbers of one image. */
  def pixels: Int = VitConfig.Channels * imageHeight * imageWidth
}

private[onednn] object VitConfig {

  /** Red, green and blue. */
  val Channels = 3

  /** @param classes
    *   number of the model's labels
    * @throws vitscale.ModelException
    *   if a setting has a value that no ViT has, or one that this engine does not run
    */
  def read(file: Path, classes: Int): VitConfig = {
    val root =
      try new ObjectMapper().readTree(file.toFile)
      catch {
        case error: IOException =>
          throw new ModelException(s"$file is not JSON: ${error.getMessage}. Export the model again.", error)
      }
    new Reader(file, root).config(classes)
  }

  /** Defaults are those of Transformers' `ViTConfig`; the limits are those of `vitscale export`. */
  final private class Reader(file: Path, root: JsonNode) {

    def config(classes: Int): VitConfig = {
      if (root.path("model_type").asText("vit") != "vit") refuse("model_type", "vit")
      val (imageHeight, imageWidth) = edges("image_size", 224)
      val (patchHeight, patchWidth) = edges("patch_size", 16)
      val found = VitConfig(
        hidden = whole("hidden_size", 768, 1 << 16),
        layers = whole("num_hidden_layers", 12, 1 << 10),
        heads = whole("num_attention_heads", 12, 1 << 12),
        intermediate = whole("intermediate_size", 3072, 1 << 18),
        imageHeight = imageHeight,
        imageWidth = imageWidth,
        patchHeight = patchHeight,
        patchWidth = patchWidth,
        activation = activation,
        epsilon = epsilon,
        hasQkvBias = flag("qkv_bias", default = true),
        classes = classes
      )
      if (whole("num_channels", Channels, 1 << 10) != Channels)
        refuse("num_channels", s"$Channels")
      if (found.hidden % found.heads != 0)
        refuse("hidden_size", s"a multiple of num_attention_heads, which is ${found.heads}")
      if (found.patches == 0) refuse("patch_size", "at most the image_size")
      found
    }

    private def activation: Activation = {
      val node = root.path("hidden_act")
      if (absent(node)) Activation.named("gelu").get
      else Activation.named(node.asText).getOrElse(refuse("hidden_act", Activation.names.mkString(", ")))
    }

    private def epsilon: Float = {
      val node = root.path("layer_norm_eps")
      if (absent(node)) 1e-12f
      else if (node.isNumber && node.doubleValue > 0 && node.doubleValue < 1) node.doubleValue.toFloat
      else refuse("layer_norm_eps", "a number between 0 and 1")
    }

    private def flag(name: String, default: Boolean): Boolean = {
      val node = root.path(name)
      if (absent(node)) default
      else if (node.isBoolean) node.booleanValue
      else refuse(name, "true or false")
    }

    /** One number for a square, or height and width. */
    private def edges(name: String, default: Int): (Int, Int) = {
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

    private def whole(name: String, default: Int, most: Int): Int = {
      val node = root.path(name)
      if (absent(node)) default
      else if (node.isInt && node.intValue >= 1 && node.intValue <= most) node.intValue
      else refuse(name, s"a whole number from 1 to $most")
    }

    private def absent(node: JsonNode): Boolean = node.isMissingNode || node.isNull

    private def refuse(name: String, expected: String): Nothing =
      throw new ModelException(
        s"$name in $file is ${root.path(name)}; the oneDNN engine expects $expected. Run the model on ONNX Runtime."
      )
  }

  private val LargestEdge = 1 << 14
}
