package vitscale.ml

import org.apache.spark.ml.image.ImageSchema
import org.apache.spark.sql.Row
import org.apache.spark.sql.types.{BinaryType, DataType, StructType}

import vitscale.ImageException
import vitscale.image.RgbImage

/** Pixels in the form of Spark's image source: rows of interleaved blue, green, red and perhaps alpha, or gray alone. */
private[ml] object SparkImage {

  /** Whether a column holds Spark's image structs. */
  def isImage(column: DataType): Boolean = column match {
    case struct: StructType => fields(struct) == fields(ImageSchema.columnSchema)
    case _ => false
  }

  /** Whether a column holds encoded images. */
  def isEncoded(column: DataType): Boolean = column == BinaryType

  /** @param image
    *   a struct of Spark's image schema, or null
    */
  def toRgb(image: Row): RgbImage = {
    if (image == null) throw new ImageException("there is no image in this row")
    toRgb(
      ImageSchema.getWidth(image),
      ImageSchema.getHeight(image),
      ImageSchema.getNChannels(image),
      ImageSchema.getData(image)
    )
  }

  /** @param channels
    *   1 gray, 3 blue-green-red, 4 with alpha, which is dropped as Pillow's `convert("RGB")` does
    * @throws vitscale.ImageException
    *   if there are no pixels, or not as many as width, height and channels say
    */
  def toRgb(width: Int, height: Int, channels: Int, data: Array[Byte]): RgbImage = {
    if (data == null || data.isEmpty)
      throw new ImageException("The image has no pixels: Spark's image source could not decode its file.")
    if (!Seq(1, 3, 4).contains(channels))
      throw new ImageException(s"The image has $channels channels; expected 1, 3 or 4.")
    if (width <= 0 || height <= 0 || data.length.toLong != width.toLong * height * channels)
      throw new ImageException(
        s"The image has ${data.length} bytes; expected width x height x channels = $width x $height x $channels."
      )
    RgbImage(width, height, if (channels == 1) fromGray(data) else fromBlueGreenRed(data, channels))
  }

  /** The samples of an image in this form: blue, green, red. */
  def fromRgb(image: RgbImage): Array[Byte] = fromBlueGreenRed(image.data, channels = 3)

  private def fromGray(gray: Array[Byte]): Array[Byte] = {
    val rgb = new Array[Byte](gray.length * 3)
    var i = 0
    while (i < rgb.length) {
      rgb(i) = gray(i / 3)
      i += 1
    }
    rgb
  }

  private def fromBlueGreenRed(data: Array[Byte], channels: Int): Array[Byte] = {
    val rgb = new Array[Byte](data.length / channels * 3)
    var from = 0
    var to = 0
    while (to < rgb.length) {
      rgb(to) = data(from + 2)
      rgb(to + 1) = data(from + 1)
      rgb(to + 2) = data(from)
      from += channels
      to += 3
    }
    rgb
  }

  private def fields(struct: StructType): Seq[(String, DataType)] =
    struct.fields.toSeq.map(field => field.name -> field.dataType)
}
