package vitscale.python

import java.nio.{ByteBuffer, ByteOrder}

import com.fasterxml.jackson.databind.json.JsonMapper
import com.fasterxml.jackson.module.scala.DefaultScalaModule

import vitscale.classify.ImageFailure

/** The features of several images, as Python's `ViT.features` reads them.
  *
  * @param width
  *   numbers of each image
  */
final class PythonFeatures private[python] (
    answers: IndexedSeq[Either[ImageFailure, Array[Float]]],
    val width: Int
) {

  /** JSON: for each image null, or the reason why it failed. */
  def errors: String =
    PythonFeatures.json.writeValueAsString(answers.map(_.left.toOption.map(_.reason).orNull))

  /** [images, width] floats, little-endian; NaN for an image that failed. */
  def values: Array[Byte] = {
    val floats =
      ByteBuffer.allocate(answers.size * width * java.lang.Float.BYTES).order(ByteOrder.LITTLE_ENDIAN)
    lazy val missing = Array.fill(width)(Float.NaN)
    answers.foreach(_.fold(_ => missing, identity).foreach(floats.putFloat(_)))
    floats.array
  }
}

private object PythonFeatures {
  private val json = JsonMapper.builder().addModule(DefaultScalaModule).build()
}
