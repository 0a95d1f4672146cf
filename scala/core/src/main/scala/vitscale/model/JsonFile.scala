package vitscale.model

import java.io.IOException
import java.nio.file.Path

import com.fasterxml.jackson.databind.{JsonNode, ObjectMapper}

import vitscale.ModelException

/** Reads the JSON files of a model folder. */
private[model] object JsonFile {

  private val json = new ObjectMapper()

  /** @throws vitscale.ModelException
    *   if the file cannot be read, or is no JSON
    */
  def read(file: Path): JsonNode =
    try json.readTree(file.toFile)
    catch {
      case error: IOException =>
        throw new ModelException(s"$file is not JSON: ${error.getMessage}. Export the model again.", error)
    }
}
