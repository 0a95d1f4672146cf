package vitscale.onednn.swin

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.{Descs, PlanBuilder, WeightPack}

/** What is added to the attention scores of windows: a learned number for each head and each distance of two tokens, and a large
  * negative one for tokens that must not see each other (`SwinRelativePositionBias` and `get_attn_mask` in Transformers'
  * `modeling_swin.py`).
  */
final private[swin] class WindowBias(builder: PlanBuilder, pack: WeightPack, stage: SwinStage) {

  private val (heads, window, area) = (stage.heads, stage.window, stage.area)
  private val distances = 2 * window - 1

  /** Numbers of one group. */
  private val size = heads * area * area

  /** For each group of windows, float32 [heads, tokens, tokens].
    *
    * @param table
    *   name of the learned numbers in the checkpoint: [distances, heads]
    */
  def of(table: String, grid: WindowGrid): IndexedSeq[memory] = {
    val values = learned(table)
    val made = pack.vector(s"$table with masks of $grid", Math.multiplyExact(grid.groups.size, size)) { to =>
      for {
        group <- grid.groups
        head <- 0 until heads
        query <- 0 until area
        key <- 0 until area
      } {
        val mask = if (grid.areApart(group, query, key)) WindowBias.Mask else 0f
        to.put(values(distance(query, key) * heads + head) + mask)
      }
    }
    grid.groups.indices.map { group =>
      builder.view(
        Descs.dense(data_type.f32, heads.toLong, area.toLong, area.toLong),
        Descs.pointer(made, data_type.f32, group.toLong * size)
      )
    }
  }

  private def learned(table: String): Array[Float] = {
    val numbers = new Array[Float](distances * distances * heads)
    Descs
      .floats(pack.vector(table, Seq(distances.toLong * distances, heads.toLong)), numbers.length)
      .get(numbers)
    numbers
  }

  /** Row of the table. */
  private def distance(query: Int, key: Int): Int = {
    val down = query / window - key / window + window - 1
    val right = query % window - key % window + window - 1
    down * distances + right
  }
}

private object WindowBias {

  /** Added to scores of tokens that must not see each other. */
  private val Mask = -100f
}
