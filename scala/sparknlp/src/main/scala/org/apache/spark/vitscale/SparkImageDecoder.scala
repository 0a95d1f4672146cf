package org.apache.spark.vitscale

import org.apache.spark.ml.image.ImageSchema
import org.apache.spark.sql.Row
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema

/** What Spark's image source does with the bytes of one file. It stands in this package because Spark opens this part to
  * itself alone.
  */
object SparkImageDecoder {

  /** @return
    *   a row of Spark's image schema; none where the bytes cannot be decoded
    */
  def decode(origin: String, bytes: Array[Byte]): Option[Row] =
    ImageSchema
      .decode(origin, bytes)
      .map(row => new GenericRowWithSchema(row.getStruct(0).toSeq.toArray, ImageSchema.columnSchema))
}
