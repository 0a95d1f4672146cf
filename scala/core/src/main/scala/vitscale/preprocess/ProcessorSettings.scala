package vitscale.preprocess

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode

import vitscale.ModelException
import vitscale.resize.TargetSize

/** Typed access to the fields of a `preprocessor_config.json`; each refusal names its field. */
final private[preprocess] class ProcessorSettings(fields: ObjectNode) {

  def name(field: String): Option[String] =
    Option(fields.get(field)).filterNot(_.isNull).map(_.asText)

  /** A step that is `null` is off, as in Transformers. */
  def flag(name: String, default: Boolean): Boolean = Option(fields.get(name)) match {
    case None => default
    case Some(node) if node.isNull => false
    case Some(node) if node.isBoolean => node.asBoolean
    case Some(node) => refuse(name, s"got $node, expected true or false")
  }

  def when[A](switch: String, default: Boolean)(setting: => A): Option[A] =
    if (flag(switch, default)) Some(setting) else None

  def number(name: String): Option[Double] =
    value(name).map(node =>
      if (node.isNumber) node.asDouble else refuse(name, s"got $node, expected a number")
    )

  def isNull(name: String): Boolean = Option(fields.get(name)).exists(_.isNull)

  /** One number for each of the three channels; a single number stands for all. */
  def channels(name: String, default: Seq[Double]): Seq[Double] = value(name) match {
    case None => default
    case Some(node) if node.isNumber => Seq.fill(3)(node.asDouble)
    case Some(node) if node.isArray && node.size == 3 && (0 until 3).forall(node.get(_).isNumber) =>
      (0 until 3).map(node.get(_).asDouble)
    case Some(node) => refuse(name, s"got $node, expected a number or three")
  }

  /** One length for both edges, or [height, width]. */
  def square(name: String, node: JsonNode): TargetSize.Fixed =
    if (node.isArray && node.size == 2)
      TargetSize.Fixed(width = positive(name, node.get(1)), height = positive(name, node.get(0)))
    else {
      val side = positive(name, node)
      TargetSize.Fixed(side, side)
    }

  def positive(name: String, node: JsonNode): Int =
    if (node.isInt && node.asInt > 0) node.asInt
    else refuse(name, s"got $node, expected a whole number above 0")

  /** A setting that is needed; Transformers refuses one that is `null`. */
  def value(name: String): Option[JsonNode] = Option(fields.get(name)).map { node =>
    if (node.isNull) refuse(name, "got null, expected a value, or no such field for the default")
    node
  }

  def keysOf(box: ObjectNode): Seq[String] = {
    val names = Seq.newBuilder[String]
    box.fields.forEachRemaining(entry => if (!entry.getValue.isNull) names += entry.getKey)
    names.result().sorted
  }

  def refuse(name: String, reason: String): Nothing = throw new ModelException(s"$name: $reason")
}
