package vitscale.onednn.int8

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path, StandardCopyOption}
import java.util.UUID

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.node.ObjectNode
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException
import vitscale.model.ModelFolder

/** The file in a model folder that says how it becomes 8-bit codes: `onednn/int8/scales.json`. */
private[onednn] object ScalesFile {

  private val FormatVersion = 2
  private val Ranges = Seq("attention_input", "attention_output", "feed_forward_input", "feed_forward_hidden")
  private val Smoothings = Seq("attention_smoothing", "feed_forward_smoothing")
  private val json = new ObjectMapper()

  /** Writes the file in one step, so that no reader sees a part of it.
    *
    * @param fingerprint
    *   of the weights that were measured
    * @param images
    *   number of images that were measured
    */
  def write(folder: ModelFolder, fingerprint: String, scales: Int8Scales, images: Int): Path = {
    val root = json.createObjectNode()
    root.put("format", FormatVersion)
    root.put("images", images)
    root.put("weights", fingerprint)
    val blocks = root.putArray("blocks")
    scales.blocks.foreach(_.fold(blocks.addNull())(block => blocks.add(fieldsOf(block))))
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

  private def fieldsOf(block: BlockScales): ObjectNode = {
    val fields = json.createObjectNode()
    val ranges = block.ranges
    Ranges
      .zip(
        Seq(
          ranges.attentionInput,
          ranges.attentionOutput,
          ranges.feedForwardInput,
          ranges.feedForwardHidden
        )
      )
      .foreach { case (name, value) => fields.put(name, value) }
    Smoothings.zip(Seq(block.attentionSmoothing, block.feedForwardSmoothing)).foreach { case (name, values) =>
      val list = fields.putArray(name)
      values.foreach(list.add(_))
    }
    fields
  }

  /** @param fingerprint
    *   of the weights beside the file
    * @throws vitscale.ModelException
    *   if there is no calibration, or it is another model's
    */
  def read(folder: ModelFolder, fingerprint: String, expected: CodedBlocks): Int8Scales = {
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
    val blocks = root.path("blocks").elements().asScala.toIndexedSeq
    if (blocks.size != expected.count)
      refuse(path, s"has scales of ${blocks.size} blocks", s"${expected.count}")
    Int8Scales(
      blocks.map(fields => if (fields.isNull) None else Some(block(path, fields, expected.channels)))
    )
  }

  private def block(path: Path, fields: JsonNode, channels: Int): BlockScales = {
    val Seq(attentionInput, attentionOutput, feedForwardInput, feedForwardHidden) =
      Ranges.map(name => positive(path, name, fields.path(name)))
    val Seq(attentionSmoothing, feedForwardSmoothing) = Smoothings.map { name =>
      val values = fields.path(name).elements().asScala.map(positive(path, name, _)).toIndexedSeq
      if (values.nonEmpty && values.size != channels)
        refuse(path, s"has ${values.size} numbers as $name", s"$channels")
      values
    }
    BlockScales(
      BlockRanges(attentionInput, attentionOutput, feedForwardInput, feedForwardHidden),
      attentionSmoothing,
      feedForwardSmoothing
    )
  }

  private def positive(path: Path, name: String, value: JsonNode): Float = {
    if (!value.isNumber || value.floatValue <= 0 || value.floatValue.isInfinite)
      refuse(path, s"has $value as $name", "a number above 0")
    value.floatValue
  }

  private def refuse(path: Path, found: String, expected: String): Nothing =
    throw new ModelException(s"$path $found; expected $expected. Measure it again: vitscale calibrate.")
}
