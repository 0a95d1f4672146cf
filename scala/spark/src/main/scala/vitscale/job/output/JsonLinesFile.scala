package vitscale.job.output

import java.io.{ByteArrayOutputStream, IOException}

import com.fasterxml.jackson.core.{JsonParser, JsonToken}
import com.fasterxml.jackson.databind.node.{ArrayNode, ObjectNode}
import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}
import org.apache.spark.sql.Row
import org.apache.spark.sql.types.{ArrayType, StructField, StructType, TimestampType}

/** A file of one JSON object a line; times in ISO 8601, UTC. */
private[job] object JsonLinesFile {

  private val json = new ObjectMapper()

  def encode(rows: Seq[Row], schema: StructType): Array[Byte] = {
    val out = new ByteArrayOutputStream()
    rows.foreach { row =>
      out.write(json.writeValueAsBytes(node(row, schema)))
      out.write('\n')
    }
    out.toByteArray
  }

  /** @throws java.io.IOException
    *   if it is no JSON, or an object has no path
    */
  def paths(file: Array[Byte]): Seq[String] = {
    val parser = json.getFactory.createParser(file)
    try
      Iterator
        .continually(parser.nextToken())
        .takeWhile(_ != null)
        .map(_ => path(parser))
        .toIndexedSeq
    finally parser.close()
  }

  /** Read one object. */
  private def path(parser: JsonParser): String = {
    if (!parser.isExpectedStartObjectToken)
      throw new IOException(s"it has ${parser.currentToken}; expected a JSON object per line")
    var found: Option[String] = None
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      val name = parser.currentName
      if (parser.nextToken() == JsonToken.VALUE_STRING && name == "path") found = Some(parser.getText)
      else parser.skipChildren()
    }
    found.getOrElse(throw new IOException("a row has no path"))
  }

  private def node(row: Row, schema: StructType): ObjectNode = {
    val fields = json.createObjectNode()
    schema.fields.zipWithIndex.foreach { case (field, i) =>
      fields.set[ObjectNode](field.name, json.valueToTree[JsonNode](value(row, i, field)))
    }
    fields
  }

  private def value(row: Row, i: Int, field: StructField): Any =
    if (row.isNullAt(i)) null
    else
      field.dataType match {
        case TimestampType => TableFormat.moment(row.getLong(i))
        case _: ArrayType => array(row.getSeq[Any](i))
        case _ => row.get(i)
      }

  private def array(values: Seq[Any]): ArrayNode =
    values.foldLeft(json.createArrayNode())((node, value) => node.addPOJO(value))
}
