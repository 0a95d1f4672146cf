package vitscale.ml

import com.johnsnowlabs.nlp.{AnnotationImage, AnnotatorType}
import org.apache.hadoop.conf.Configuration
import org.apache.spark.ml.image.ImageSchema
import org.apache.spark.sql.SparkSession

import vitscale.ImageException
import vitscale.hadoop.ImageFiles
import vitscale.image.RgbImage
import vitscale.image.decode.ImageDecoder

/** Images that are read without Spark, with the same pixels as Pillow's. */
private[ml] object LightImage {

  private val Error = "error"
  private val Decoder = "decoder"

  /** Read one image. A failed image has no pixels, and the reason in its metadata. */
  def read(path: String, text: String): AnnotationImage =
    try image(path, text, decoded(ImageFiles.read(path, configuration)))
    catch { case failed: ImageException => empty(path, text, failed.getMessage) }

  /** The pixels of an image that an annotator gets.
    *
    * An image of Spark NLP's own `LightPipeline` is read again from its origin, because its decoder ignores the EXIF
    * orientation and fills the missing part of a truncated JPEG with gray.
    *
    * @throws vitscale.ImageException
    *   if it has none
    */
  def pixels(image: AnnotationImage): RgbImage = {
    image.metadata.get(Error).foreach(reason => throw new ImageException(reason))
    val file =
      if (image.metadata.contains(Decoder) || image.origin.isEmpty) None else ImageFiles.local(image.origin)
    file.fold(SparkImage.toRgb(image.width, image.height, image.nChannels, image.result)) { found =>
      decoded(ImageFiles.readLocal(found.toString))
    }
  }

  def hasFailed(image: AnnotationImage): Boolean = image.metadata.contains(Error)

  private def decoded(file: Array[Byte]): RgbImage = ImageDecoder.decode(file).toRgb

  private def image(path: String, text: String, pixels: RgbImage) = AnnotationImage(
    annotatorType = AnnotatorType.IMAGE,
    origin = path,
    height = pixels.height,
    width = pixels.width,
    nChannels = 3,
    mode = ImageSchema.ocvTypes("CV_8UC3"),
    result = SparkImage.fromRgb(pixels),
    metadata = Map(Decoder -> "vitscale"),
    text = text
  )

  private def empty(path: String, text: String, reason: String) = AnnotationImage(
    annotatorType = AnnotatorType.IMAGE,
    origin = path,
    height = 0,
    width = 0,
    nChannels = 0,
    mode = 0,
    result = Array.emptyByteArray,
    metadata = Map(Error -> reason),
    text = text
  )

  private def configuration: Configuration =
    SparkSession.getDefaultSession.fold(new Configuration())(_.sparkContext.hadoopConfiguration)
}
