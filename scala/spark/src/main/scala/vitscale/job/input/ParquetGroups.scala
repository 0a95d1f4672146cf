package vitscale.job.input

import scala.jdk.CollectionConverters._

import org.apache.parquet.hadoop.ParquetFileReader
import org.apache.parquet.hadoop.metadata.BlockMetaData

/** Row groups of a file that follow each other, read by one task.
  *
  * @param range
  *   their places in the file
  * @param first
  *   number of the first row in the file
  */
final private[job] case class ParquetGroups(range: Range, first: Long, rows: Long)

private[job] object ParquetGroups {

  /** Divides a file. Parquet cannot be read in less than a row group; small ones are read together. */
  def of(reader: ParquetFileReader, columns: ImageColumns): Seq[ParquetGroups] = {
    val blocks = reader.getRowGroups.asScala
    val needed = columns.path.toSeq :+ columns.content
    blocks.indices
      .foldLeft(Vector.empty[(ParquetGroups, Long)]) { (groups, at) =>
        val (rows, bytes) = (blocks(at).getRowCount, bytesOf(blocks(at), needed))
        groups.lastOption match {
          case Some((last, size)) if size + bytes <= PieceSource.TaskBytes =>
            val longer = last.copy(range = last.range.start to at, rows = last.rows + rows)
            groups.init :+ (longer -> (size + bytes))
          case last =>
            val first = last.fold(0L) { case (before, _) => before.first + before.rows }
            groups :+ (ParquetGroups(at to at, first, rows) -> bytes)
        }
      }
      .map(_._1)
  }

  private def bytesOf(block: BlockMetaData, columns: Seq[Seq[String]]): Long =
    block.getColumns.asScala
      .filter(chunk => columns.contains(chunk.getPath.toArray.toSeq))
      .map(_.getTotalSize)
      .sum
}
