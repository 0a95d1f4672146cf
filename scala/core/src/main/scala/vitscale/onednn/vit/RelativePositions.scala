package vitscale.onednn.vit

import java.nio.FloatBuffer

import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.{RelativePositionIndex, TokenRange, WeightPack}
import vitscale.onednn.library.Descs

/** What BEiT adds to attention scores: a learned number for each head and each distance of two patches.
  *
  * Source: Bao et al. 2022, section 2.2, and `BeitRelativePositionBias` in Transformers' `modeling_beit.py`. The table has a row
  * for each distance in rows and columns, then three more: class token to patch, patch to class token, class token to itself.
  */
final private[onednn] class RelativePositions(pack: WeightPack, config: VitConfig) {

  private val (heads, tokens) = (config.heads, config.tokens)
  private val patches = RelativePositionIndex(config.gridHeight, config.gridWidth)
  private val tableShape = Seq(patches.size + 3L, heads.toLong)

  /** The sum of some tables, float32 [heads, queries, tokens]; none without tables.
    *
    * @param tables
    *   their names in the checkpoint
    * @param asking
    *   the tokens that ask
    */
  def bias(tables: Seq[String], asking: TokenRange): Option[memory] =
    if (tables.isEmpty) None
    else
      Some(pack.vector(nameOf(tables, asking), heads * asking.count * tokens) { numbers =>
        tables.foreach { name =>
          add(Descs.floats(pack.vector(name, tableShape), tableShape.product.toInt), numbers, asking)
        }
      })

  private def nameOf(tables: Seq[String], asking: TokenRange): String =
    s"${tables.mkString("+")} for ${asking.first}+${asking.count}"

  private def add(table: FloatBuffer, numbers: FloatBuffer, asking: TokenRange): Unit =
    for (query <- 0 until asking.count; key <- 0 until tokens) {
      val row = rowOf(asking.first + query, key) * heads
      for (head <- 0 until heads) {
        val place = (head * asking.count + query) * tokens + key
        numbers.put(place, numbers.get(place) + table.get(row + head))
      }
    }

  private def rowOf(query: Int, key: Int): Int = (query, key) match {
    case (0, 0) => patches.size + 2
    case (_, 0) => patches.size + 1
    case (0, _) => patches.size
    case _ => patches.of(query - 1, key - 1)
  }
}
