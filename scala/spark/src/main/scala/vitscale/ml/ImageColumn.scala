package vitscale.ml

import org.apache.spark.sql.Row
import org.apache.spark.sql.types.{DataType, StructType}

import vitscale.image.decode.ImageDecoder
import vitscale.image.{DecodeLimits, PixelRows}
import vitscale.{ImageException, UsageException}

/** The column of a table that holds a stage's images: where it is in a row, and how an image is read from there.
  *
  * It is sent to the executors, and needs nothing of the stage.
  *
  * @param places
  *   the field's number in the row, then in each struct on the way
  * @param form
  *   how the images are held
  * @param limits
  *   what image files may ask for and lack
  */
final private[ml] case class ImageColumn(places: Seq[Int], form: ImageColumn.Form, limits: DecodeLimits) {

  /** @throws vitscale.ImageException
    *   if there is no image in this row, or it cannot be decoded
    */
  def pixels(row: Row): PixelRows = {
    val inner =
      places.init.foldLeft(row)((outer, place) => if (outer == null) null else outer.getStruct(place))
    if (inner == null || inner.isNullAt(places.last))
      throw new ImageException("there is no image in this row")
    form match {
      case ImageColumn.Encoded => ImageDecoder.decode(inner.getAs[Array[Byte]](places.last), limits)
      case ImageColumn.Pixels => SparkImage.toRgb(inner.getStruct(places.last))
      case ImageColumn.WithBytes(bytes, path) => encoded(inner.getStruct(places.last), bytes, path)
    }
  }

  private def encoded(image: Row, bytes: Int, path: Option[Int]): PixelRows = {
    if (image.isNullAt(bytes)) {
      val name = path.filterNot(image.isNullAt).map(image.get)
      throw new ImageException(
        "there is no image in this row: its bytes are null" + name.fold("")(" and its path is " + _)
      )
    }
    ImageDecoder.decode(image.getAs[Array[Byte]](bytes), limits)
  }
}

private[ml] object ImageColumn {

  /** How images are held. */
  sealed trait Form

  /** Image files in a binary column. */
  case object Encoded extends Form

  /** The structs of Spark's image source. */
  case object Pixels extends Form

  /** Image files in the field `bytes` of a struct, as Hugging Face's `datasets` write them.
    *
    * @param path
    *   the field that names the image, if there is one
    */
  final case class WithBytes(bytes: Int, path: Option[Int]) extends Form

  /** Finds a column by its name, or a field of a struct by its path (`image.bytes`); a column of that very name wins.
    *
    * @throws vitscale.UsageException
    *   if there is none, there are several, or it cannot hold images
    */
  def of(schema: StructType, name: String, limits: DecodeLimits = DecodeLimits.default): ImageColumn = {
    if (schema.fieldNames.count(_ == name) > 1)
      throw new UsageException(s"There are several columns $name; expected one. Rename all but one.")
    val (places, found) = find(schema, name).getOrElse {
      throw new UsageException(
        s"There is no column $name; the columns are ${schema.fieldNames.mkString(", ")}. Name one with setInputCol."
      )
    }
    val form = formOf(found).getOrElse {
      throw new UsageException(
        s"The column $name holds ${found.catalogString.take(LongestType)}, expected binary (encoded images, as " +
          "spark.read.format(\"binaryFile\") reads them), a struct with the binary field bytes, or the struct of Spark's " +
          "image source. Name another with setInputCol."
      )
    }
    ImageColumn(places, form, limits)
  }

  /** Characters of a column's type that a message shows. */
  private val LongestType = 200

  /** The numbers of the fields on the way, and the type of the last. Names may hold dots, so the longest is tried first. */
  private def find(struct: StructType, name: String): Option[(Seq[Int], DataType)] = {
    val parts = name.split("\\.", -1)
    (parts.length to 1 by -1).view.flatMap { count =>
      val place = struct.fieldNames.indexOf(parts.take(count).mkString("."))
      if (place < 0) None
      else
        struct(place).dataType match {
          case found if count == parts.length => Some((Seq(place), found))
          case inner: StructType =>
            find(inner, parts.drop(count).mkString(".")).map { case (places, found) =>
              (place +: places, found)
            }
          case _ => None
        }
    }.headOption
  }

  private def formOf(column: DataType): Option[Form] = column match {
    case binary if SparkImage.isEncoded(binary) => Some(Encoded)
    case image if SparkImage.isImage(image) => Some(Pixels)
    case struct: StructType =>
      val path = Some(struct.fieldNames.indexOf("path")).filter(_ >= 0)
      struct.fields.indexWhere(field => field.name == "bytes" && SparkImage.isEncoded(field.dataType)) match {
        case -1 => None
        case bytes => Some(WithBytes(bytes, path))
      }
    case _ => None
  }
}
