package vitscale.ml

import com.johnsnowlabs.nlp.{AnnotationImage, AnnotatorType}
import org.apache.hadoop.conf.Configuration
import org.apache.spark.ml.image.ImageSchema
import org.apache.spark.sql.SparkSession

import vitscale.ImageException
import vitscale.hadoop.ImageFiles
import vitscale.image.RgbImage
import vitscale.image.decode.ImageDecoder

/** Images that were read without Spark, with Pillow's pixels. */
private[ml] object LightImage {

  private val Error = "error"
  private val Decoder = "decoder"

  /** Reads one image; what fails is its reason in the metadata, and it has no pixels. */
  def read(path: String, text: String): AnnotationImage =
    try image(path, text, decoded(ImageFiles.read(path, configuration)))
    catch { case failed: ImageException => empty(path, text, failed.getMessage) }

  /** The pixels of an image that an annotator gets.
    *
    * Spark NLP's own `LightPipeline` tells where the image came from, so it is read again: its decoder turns no image
    * upright, and fills what a cut JPEG lacks with gray.
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

  private def decoded(file: Array[Byte]): RgbImage = ImageDecoder.decode(file)

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
