package vitscale.bench

import java.io.BufferedOutputStream
import java.nio.file.{Files, Path}
import java.nio.{ByteBuffer, ByteOrder}

import com.fasterxml.jackson.databind.ObjectMapper
import com.fasterxml.jackson.module.scala.DefaultScalaModule

/** The model's input for an image, and its output.
  *
  * @param labelId
  *   class number of the first label; -1 if the backend returned a text that no class has
  * @param pixels
  *   resized 8-bit RGB values before rescaling, height x width x 3
  */
final case class ImageOutput(
    file: String,
    labelId: Int,
    logits: Array[Float],
    pixels: Array[Byte],
    height: Int,
    width: Int
)

/** Writes outputs for Python to compare: `index.json`, `logits.f32` (little-endian) and `pixels.u8`. */
object OutputsWriter {

  private val json = new ObjectMapper().registerModule(DefaultScalaModule)

  def write(outputs: Iterator[ImageOutput], folder: Path): Unit = {
    val logits = new BufferedOutputStream(Files.newOutputStream(folder.resolve("logits.f32")))
    val pixels = new BufferedOutputStream(Files.newOutputStream(folder.resolve("pixels.u8")))
    val written =
      try
        outputs.map { output =>
          logits.write(littleEndian(output.logits))
          pixels.write(output.pixels)
          output.copy(logits = Array.empty, pixels = Array.empty)
        }.toIndexedSeq
      finally {
        logits.close()
        pixels.close()
      }
    val index = Map[String, Any](
      "files" -> written.map(_.file),
      "label_ids" -> written.map(_.labelId),
      "height" -> written.headOption.fold(0)(_.height),
      "width" -> written.headOption.fold(0)(_.width)
    )
    json.writeValue(folder.resolve("index.json").toFile, index)
  }

  private def littleEndian(values: Array[Float]): Array[Byte] = {
    val buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN)
    buffer.asFloatBuffer().put(values)
    buffer.array()
  }
}
