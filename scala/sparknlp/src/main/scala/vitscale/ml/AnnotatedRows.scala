package vitscale.ml

import scala.collection.mutable.ArrayBuffer

import com.johnsnowlabs.nlp.{Annotation, AnnotationImage}
import org.apache.spark.sql.Row

/** Splits rows into their images, and joins the annotations of the images into rows again. */
private[ml] object AnnotatedRows {

  /** One image of a row.
    *
    * @param annotation
    *   none for a row that holds no image
    * @param isLast
    *   whether the row has no further image
    */
  final case class RowImage(row: Row, annotation: Option[AnnotationImage], isLast: Boolean)

  def imagesOf(rows: Iterator[Row], columns: Array[String]): Iterator[RowImage] = rows.flatMap { row =>
    val images = columns.flatMap { column =>
      Option(row.getAs[Seq[Row]](column)).toSeq.flatten.filter(_ != null).map(image)
    }
    if (images.isEmpty) Seq(RowImage(row, None, isLast = true))
    else
      images.init
        .map(i => RowImage(row, Some(i), isLast = false)) :+ RowImage(row, images.lastOption, isLast = true)
  }

  /** Join the annotations of each row.
    *
    * @return
    *   each row with one additional column: the annotations of its images
    */
  def regroup(annotated: Iterator[(RowImage, Annotation)]): Iterator[Row] = {
    val pending = ArrayBuffer.empty[Row]
    annotated.flatMap { case (RowImage(row, _, isLast), annotation) =>
      pending += Row.fromSeq(annotation.productIterator.toSeq)
      if (isLast) {
        val whole = Row.fromSeq(row.toSeq :+ pending.toVector)
        pending.clear()
        Iterator.single(whole)
      } else Iterator.empty
    }
  }

  /** The fields in the order of `AnnotationImage.dataType`. */
  private def image(fields: Row): AnnotationImage = AnnotationImage(
    annotatorType = fields.getString(0),
    origin = fields.getString(1),
    height = fields.getInt(2),
    width = fields.getInt(3),
    nChannels = fields.getInt(4),
    mode = fields.getInt(5),
    result = fields.getAs[Array[Byte]](6),
    metadata = fields.getMap[String, String](7),
    text = fields.getString(8)
  )
}
