package vitscale.python

import java.util

import scala.jdk.CollectionConverters._

import com.fasterxml.jackson.databind.json.JsonMapper

import vitscale.ImageException
import vitscale.hadoop.ImageFiles
import vitscale.image.{DecodeLimits, PixelRows, RgbImage}

/** Images as Python sends them: paths as strings, contents as byte arrays. */
private[vitscale] object PythonImages {

  /** One image.
    *
    * @param content
    *   the path of a file, or bytes
    * @param size
    *   width and height if the content is RGB pixels; none if it is an image file
    */
  final case class Sent(content: Any, size: Option[(Int, Int)])

  private val json = JsonMapper.builder().build()

  /** @param contents
    *   a path as a string or a content as a byte array for each image
    * @param shapes
    *   JSON: for each image `[width, height]`, or null for an image file
    */
  def sent(contents: util.List[_], shapes: String): Seq[Sent] = {
    val sizes = json.readValue(shapes, classOf[Array[Array[Int]]])
    contents.asScala.toSeq.zip(sizes).map { case (content, size) =>
      Sent(content, Option(size).map(of => (of(0), of(1))))
    }
  }

  /** @param decode
    *   decodes an image file
    * @throws vitscale.ImageException
    *   if the file cannot be read or decoded, or there are more pixels than the limits allow
    */
  def pixels(image: Sent, limits: DecodeLimits)(decode: Array[Byte] => PixelRows): PixelRows =
    image.size match {
      case None => decode(bytes(image.content))
      case Some((width, height)) =>
        if (width.toLong * height > limits.maxPixels)
          throw new ImageException(
            s"${width}x$height are ${width.toLong * height} pixels, the limit is ${limits.maxPixels}"
          )
        RgbImage(width, height, bytes(image.content))
    }

  private def bytes(content: Any): Array[Byte] = content match {
    case bytes: Array[Byte] => bytes
    case path => ImageFiles.readLocal(path.toString)
  }
}
