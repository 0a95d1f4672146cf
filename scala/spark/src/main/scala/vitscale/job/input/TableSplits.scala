package vitscale.job.input

import org.apache.spark.rdd.RDD
import org.apache.spark.sql.Row
import org.apache.spark.sql.execution.datasources.FilePartition

/** The splits of files that the partitions of a table's rows read. */
private[input] object TableSplits {

  /** Whether partitions of the same number read the same splits, in the same order. False where Spark does not name the
    * splits, as for Iceberg.
    */
  def areEqual(some: RDD[Row], other: RDD[Row]): Boolean = (of(some), of(other)) match {
    case (Some(first), Some(second)) => first == second
    case _ => false
  }

  private def of(rows: RDD[Row]): Option[Seq[Seq[String]]] = {
    val named = rows.partitions.toSeq.collect { case read: FilePartition => read.files.toSeq.map(_.toString) }
    Some(named).filter(_.size == rows.getNumPartitions)
  }
}
