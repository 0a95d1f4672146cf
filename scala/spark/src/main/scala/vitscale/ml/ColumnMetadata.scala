package vitscale.ml

import org.apache.spark.sql.DataFrame
import org.apache.spark.sql.functions.col
import org.apache.spark.sql.types.{Metadata, StructType}

/** The metadata of columns: the labels of an indexer, the watermark of a stream, a comment. `mapPartitions` drops it. */
private[ml] object ColumnMetadata {

  /** Gives the columns of a table the metadata of a schema, by position: two columns may share one name.
    *
    * @param table
    *   a table with the columns of the schema
    */
  def restore(table: DataFrame, schema: StructType): DataFrame =
    if (schema.forall(_.metadata == Metadata.empty)) table
    else {
      val numbered = schema.indices.map(place => s"c$place")
      val restored = schema.fields.zip(numbered).map { case (field, name) =>
        col(name).as(field.name, field.metadata)
      }
      table.toDF(numbered: _*).select(restored.toSeq: _*)
    }
}
