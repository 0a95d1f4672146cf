package vitscale.onednn.swin

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.layer.{RelativePositionIndex, WeightPack}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** What is added to the attention scores of windows: a number for each head and each distance of two tokens, and a large
  * negative one for tokens that must not see each other (`SwinRelativePositionBias` and `get_attn_mask` in Transformers'
  * `modeling_swin.py`).
  */
final private[swin] class WindowBias(
    builder: PlanBuilder,
    pack: WeightPack,
    config: SwinConfig,
    stage: SwinStage
) {

  private val (heads, area) = (stage.heads, stage.area)
  private val index = RelativePositionIndex(stage.window, stage.window)

  /** Added to scores of tokens that must not see each other. Transformers adds it twice in Swin Transformer V2. */
  private val mask = if (config.isSecond) -200f else -100f

  /** Numbers of one group. */
  private val size = heads * area * area

  /** For each group of windows, float32 [heads, tokens, tokens].
    *
    * @param weights
    *   of the block
    */
  def of(weights: SwinWeights, grid: WindowGrid): IndexedSeq[memory] = {
    lazy val values =
      if (config.isSecond) new PositionNetwork(pack, stage).table(weights.positionNetwork)
      else learned(weights.relativePositions)
    val made = pack.vector(
      s"${weights.relativePositions} with masks of $grid",
      Math.multiplyExact(grid.groups.size, size)
    ) { to =>
      for {
        group <- grid.groups
        head <- 0 until heads
        query <- 0 until area
        key <- 0 until area
      } {
        val hidden = if (grid.areApart(group, query, key)) mask else 0f
        to.put(values(index.of(query, key) * heads + head) + hidden)
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
    val numbers = new Array[Float](index.size * heads)
    Descs.floats(pack.vector(table, Seq(index.size.toLong, heads.toLong)), numbers.length).get(numbers)
    numbers
  }
}
