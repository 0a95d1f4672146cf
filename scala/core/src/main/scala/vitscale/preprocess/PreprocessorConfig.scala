package vitscale.preprocess

import java.io.IOException
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Path}

import com.fasterxml.jackson.core.JsonProcessingException
import com.fasterxml.jackson.databind.node.ObjectNode
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

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
  */
final case class PreprocessorConfig(
    resize: Option[(TargetSize, Resample)],
    crop: Option[(Int, Int)],
    rescaleFactor: Option[Double],
    normalize: Option[(Seq[Double], Seq[Double])]
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
      case fields: ObjectNode => new Reader(fields).config
      case _ => throw new ModelException("expected a JSON object with the settings of an image processor")
    }
  }

  /** The defaults of a Transformers image processor for settings that its JSON lacks. */
  final private case class Defaults(resample: Resample, size: Int, crop: Option[Int], doCenterCrop: Boolean)

  /** `image_processing_pil_{vit,deit,beit}.py` of Transformers 5.23; all three rescale by 1/255, mean and std 0.5. */
  private val vit = Defaults(Resample.Bilinear, 224, crop = None, doCenterCrop = false)
  private val defaultsOf = Map(
    "ViT" -> vit,
    "DeiT" -> Defaults(Resample.Bicubic, 256, crop = Some(224), doCenterCrop = true),
    "Beit" -> Defaults(Resample.Bicubic, 224, crop = Some(224), doCenterCrop = false)
  )
  private val TypeName = "(.+?)(?:ImageProcessor(?:Fast|Pil)?|FeatureExtractor)".r

  final private class Reader(fields: ObjectNode) {

    def config: PreprocessorConfig = {
      if (flag("do_pad", default = false)) refuse("do_pad", "padding is not supported")
      PreprocessorConfig(
        resize = when("do_resize", default = true)((targetSize, resample)),
        crop = when("do_center_crop", defaults.doCenterCrop)(cropSize),
        rescaleFactor = when("do_rescale", default = true)(number("rescale_factor").getOrElse(1 / 255.0)),
        normalize = when("do_normalize", default = true)((channels("image_mean"), deviations))
      )
    }

    private val defaults: Defaults =
      named("image_processor_type").orElse(named("feature_extractor_type")) match {
        case None => vit
        case Some(TypeName(model)) if defaultsOf.contains(model) => defaultsOf(model)
        case Some(other) =>
          refuse(
            "image_processor_type",
            s"$other is not supported, expected that of ${defaultsOf.keys.mkString(", ")}"
          )
      }

    private def named(name: String): Option[String] =
      Option(fields.get(name)).filterNot(_.isNull).map(_.asText)

    private def targetSize: TargetSize = value("size") match {
      case None => TargetSize.Fixed(defaults.size, defaults.size)
      case Some(box: ObjectNode) => namedSize(box)
      case Some(other) => square("size", other)
    }

    private def namedSize(box: ObjectNode): TargetSize = {
      def edge(name: String): Int = positive(s"size.$name", box.get(name))
      keysOf(box) match {
        case Seq("height", "width") => TargetSize.Fixed(edge("width"), edge("height"))
        case Seq("shortest_edge") => TargetSize.ShortestEdge(edge("shortest_edge"))
        case Seq("longest_edge", "shortest_edge") =>
          TargetSize.BetweenEdges(edge("shortest_edge"), edge("longest_edge"))
        case Seq("max_height", "max_width") => TargetSize.Within(edge("max_width"), edge("max_height"))
        case keys =>
          refuse(
            "size",
            s"got $box with ${keys.mkString(", ")}; expected height and width, or shortest_edge " +
              "(with longest_edge if need be), or max_height and max_width, as Transformers' PIL processor does"
          )
      }
    }

    private def cropSize: (Int, Int) = value("crop_size") match {
      case None =>
        val side =
          defaults.crop.getOrElse(refuse("crop_size", "do_center_crop is on and crop_size is missing"))
        (side, side)
      case Some(box: ObjectNode) if keysOf(box) == Seq("height", "width") =>
        (positive("crop_size.width", box.get("width")), positive("crop_size.height", box.get("height")))
      case Some(box: ObjectNode) => refuse("crop_size", s"got $box, expected height and width")
      case Some(other) =>
        val fixed = square("crop_size", other)
        (fixed.width, fixed.height)
    }

    /** One length for both edges, or [height, width]. */
    private def square(name: String, node: JsonNode): TargetSize.Fixed =
      if (node.isArray && node.size == 2)
        TargetSize.Fixed(width = positive(name, node.get(1)), height = positive(name, node.get(0)))
      else {
        val side = positive(name, node)
        TargetSize.Fixed(side, side)
      }

    private def resample: Resample = value("resample") match {
      case None => defaults.resample
      case Some(node) =>
        Resample.fromNumber(if (node.isInt) node.asInt else -1).getOrElse {
          val known = Resample.all.map(filter => s"${filter.number} ($filter)").mkString(", ")
          refuse("resample", s"got $node, expected one of $known")
        }
    }

    private def deviations: Seq[Double] = {
      val std = channels("image_std")
      if (std.contains(0.0)) refuse("image_std", s"got ${std.mkString(", ")}: pixels cannot be divided by 0")
      std
    }

    /** One number for each of the three channels; a single number stands for all. */
    private def channels(name: String): Seq[Double] = value(name) match {
      case None => Seq.fill(3)(0.5)
      case Some(node) if node.isNumber => Seq.fill(3)(node.asDouble)
      case Some(node) if node.isArray && node.size == 3 && (0 until 3).forall(node.get(_).isNumber) =>
        (0 until 3).map(node.get(_).asDouble)
      case Some(node) => refuse(name, s"got $node, expected a number or three")
    }

    private def when[A](switch: String, default: Boolean)(setting: => A): Option[A] =
      if (flag(switch, default)) Some(setting) else None

    /** A step that is `null` is off, as in Transformers. */
    private def flag(name: String, default: Boolean): Boolean = Option(fields.get(name)) match {
      case None => default
      case Some(node) if node.isNull => false
      case Some(node) if node.isBoolean => node.asBoolean
      case Some(node) => refuse(name, s"got $node, expected true or false")
    }

    private def number(name: String): Option[Double] =
      value(name).map(node =>
        if (node.isNumber) node.asDouble else refuse(name, s"got $node, expected a number")
      )

    private def positive(name: String, node: JsonNode): Int =
      if (node.isInt && node.asInt > 0) node.asInt
      else refuse(name, s"got $node, expected a whole number above 0")

    /** A setting that is needed; Transformers refuses one that is `null`. */
    private def value(name: String): Option[JsonNode] = Option(fields.get(name)).map { node =>
      if (node.isNull) refuse(name, "got null, expected a value, or no such field for the default")
      node
    }

    private def keysOf(box: ObjectNode): Seq[String] = {
      val names = Seq.newBuilder[String]
      box.fields.forEachRemaining(entry => if (!entry.getValue.isNull) names += entry.getKey)
      names.result().sorted
    }

    private def refuse(name: String, reason: String): Nothing = throw new ModelException(s"$name: $reason")
  }
}
