package vitscale.onednn

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, StandardCopyOption}
import java.util.UUID

import scala.collection.JavaConverters._

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException
import vitscale.model.ModelFolder

/** The file in a model folder that says how activations become 8-bit codes. */
private[onednn] object Calibration {

  private val FormatVersion = 1
  private val Fields = Seq("attention_input", "attention_output", "feed_forward_input", "feed_forward_hidden")
  private val json = new ObjectMapper()

  /** Writes the file in one step, so that no reader sees a part of it.
    *
    * @param fingerprint
    *   of the weights that were measured
    * @param images
    *   number of images that were measured
    */
  def write(folder: ModelFolder, fingerprint: String, ranges: ActivationRanges, images: Int): Path = {
    val root = json.createObjectNode()
    root.put("format", FormatVersion)
    root.put("images", images)
    root.put("weights", fingerprint)
    val blocks = root.putArray("ranges")
    ranges.blocks.foreach { block =>
      val fields = blocks.addObject()
      Fields.zip(values(block)).foreach { case (name, value) => fields.put(name, value) }
    }
    val target = folder.calibrationFile
    val unfinished = target.resolveSibling(s".${UUID.randomUUID()}")
    try {
      Files.createDirectories(target.getParent)
      Files.write(
        unfinished,
        (json.writerWithDefaultPrettyPrinter.writeValueAsString(root) + "\n").getBytes(UTF_8)
      )
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE)
    } catch {
      case error: IOException =>
        Files.deleteIfExists(unfinished)
        throw new vitscale.OutputException(s"$target cannot be written: ${error.getMessage}.", error)
    }
  }

  /** @param fingerprint
    *   of the weights beside the file
    * @param layers
    *   blocks of the model
    * @throws vitscale.ModelException
    *   if there is no calibration, or it is another model's
    */
  def read(folder: ModelFolder, fingerprint: String, layers: Int): ActivationRanges = {
    val path = folder.calibrationFile
    if (!Files.isRegularFile(path))
      throw new ModelException(
        s"The model folder ${folder.path} lacks ${folder.path.relativize(path)}. " +
          s"Measure it: vitscale calibrate ${folder.path} --images DIR"
      )
    val root =
      try json.readTree(path.toFile)
      catch { case error: IOException => refuse(path, s"is not JSON (${error.getMessage})", "JSON") }
    if (root.path("format").asInt != FormatVersion)
      refuse(path, s"has the format ${root.path("format")}", s"$FormatVersion")
    if (root.path("weights").asText != fingerprint)
      refuse(path, "was measured with other weights", "those beside it")
    val blocks = root.path("ranges").elements().asScala.toIndexedSeq
    if (blocks.size != layers) refuse(path, s"has ranges of ${blocks.size} blocks", s"$layers")
    ActivationRanges(blocks.map(block(path, _)))
  }

  private def block(path: Path, fields: JsonNode): BlockRanges = {
    val Seq(attentionInput, attentionOutput, feedForwardInput, feedForwardHidden) = Fields.map { name =>
      val value = fields.path(name)
      if (!value.isNumber || value.floatValue <= 0 || value.floatValue.isInfinite)
        refuse(path, s"has $value as $name", "a number above 0")
      value.floatValue
    }
    BlockRanges(attentionInput, attentionOutput, feedForwardInput, feedForwardHidden)
  }

  private def values(block: BlockRanges): Seq[Float] =
    Seq(block.attentionInput, block.attentionOutput, block.feedForwardInput, block.feedForwardHidden)

  private def refuse(path: Path, found: String, expected: String): Nothing =
    throw new ModelException(s"$path $found; expected $expected. Measure it again: vitscale calibrate.")
}
