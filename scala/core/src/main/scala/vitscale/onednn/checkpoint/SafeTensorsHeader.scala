package vitscale.onednn.checkpoint

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Path

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.core.{JsonParser, JsonProcessingException}
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException
import vitscale.onednn.library.ElementType

/** A tensor's place in a safetensors file.
  *
  * @param name
  *   its name in the file
  * @param elementType
  *   type of one number
  * @param shape
  *   its dimensions, outermost first
  * @param begin
  *   first byte, counted from the start of the file
  */
final private[onednn] case class TensorEntry(
    name: String,
    elementType: ElementType,
    shape: Seq[Long],
    begin: Long
) {
  def elements: Long = shape.product
  def bytes: Long = elements * elementType.bytes

  /** Some rows of its first dimension, which has them. */
  def rows(part: RowRange): TensorEntry = {
    val row = shape.tail.product * elementType.bytes
    copy(shape = part.count.toLong +: shape.tail, begin = begin + part.first * row)
  }
}

/** Reads the header of a safetensors file: eight bytes with its length, then JSON with the type, shape and place of each
  * tensor, then the numbers.
  *
  * Source of the format: https://huggingface.co/docs/safetensors, section "Format".
  */
private[onednn] object SafeTensorsHeader {

  /** Of safetensors' own reader (`MAX_HEADER_SIZE`). */
  val LargestHeader: Long = 100000000L
  val LengthBytes = 8

  /** Largest number of dimensions; keeps a product of dimensions from being costly to check. */
  private val LargestRank = 8

  private val Metadata = "__metadata__"
  private val json = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)

  /** @param header
    *   the bytes between the length and the numbers
    * @param fileBytes
    *   size of the whole file
    * @return
    *   the tensors whose type can be read; others (integers) are left out
    * @throws vitscale.ModelException
    *   if it is not JSON, or a tensor does not lie inside the file
    */
  def parse(file: Path, header: Array[Byte], fileBytes: Long): Seq[TensorEntry] = {
    val root =
      try json.readTree(new String(header, UTF_8))
      catch {
        case error: JsonProcessingException =>
          throw refusal(file, s"has a header that is not JSON (${error.getOriginalMessage})", "JSON", error)
      }
    if (root == null || !root.isObject) throw refusal(file, "has a header that is no JSON object", "one")
    val start = LengthBytes + header.length.toLong
    root
      .fields()
      .asScala
      .filterNot(_.getKey == Metadata)
      .flatMap(field => entry(file, field.getKey, field.getValue, start, fileBytes))
      .toIndexedSeq
  }

  private def entry(
      file: Path,
      name: String,
      fields: JsonNode,
      start: Long,
      fileBytes: Long
  ): Option[TensorEntry] =
    ElementType.named(fields.path("dtype").asText).map { elementType =>
      val shape = dimensions(file, name, fields.path("shape"))
      val offsets = fields.path("data_offsets")
      val (begin, end) = (offsets.path(0), offsets.path(1))
      if (
        offsets.size != 2 || !begin.canConvertToExactIntegral || !end.canConvertToExactIntegral ||
        !begin.canConvertToLong || !end.canConvertToLong
      ) throw refusal(file, s"gives $name the data_offsets $offsets", "[begin, end]")
      val (from, to) = (begin.longValue, end.longValue)
      if (from < 0 || to < from || to > fileBytes - start)
        throw refusal(
          file,
          s"places $name at the bytes $from to $to",
          s"a range within its ${fileBytes - start} bytes"
        )
      val needed = product(shape).flatMap(multiply(_, elementType.bytes.toLong))
      if (!needed.contains(to - from))
        throw refusal(
          file,
          s"gives $name ${to - from} bytes",
          s"what the shape ${fields.path("shape")} needs"
        )
      TensorEntry(name, elementType, shape, start + from)
    }

  private def dimensions(file: Path, name: String, shape: JsonNode): Seq[Long] = {
    val sizes = shape.elements().asScala.toIndexedSeq
    if (
      !shape.isArray || sizes.size > LargestRank ||
      !sizes.forall(size => size.isIntegralNumber && size.canConvertToLong && size.longValue >= 0)
    )
      throw refusal(file, s"gives $name the shape $shape", s"at most $LargestRank whole numbers")
    sizes.map(_.longValue)
  }

  private def product(sizes: Seq[Long]): Option[Long] =
    sizes.foldLeft(Option(1L))((sofar, size) => sofar.flatMap(multiply(_, size)))

  /** None where it overflows. */
  private def multiply(a: Long, b: Long): Option[Long] =
    try Some(Math.multiplyExact(a, b))
    catch { case _: ArithmeticException => None }

  private def refusal(file: Path, found: String, expected: String, cause: Throwable = null): ModelException =
    new ModelException(s"$file $found; expected $expected. Download the model again.", cause)
}
