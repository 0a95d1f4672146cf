package vitscale.onednn.swin

import vitscale.onednn.layer.WeightPack
import vitscale.onednn.library.Descs

/** The network of Swin Transformer V2 that computes a number for each head and each distance of two tokens of a window.
  *
  * Source: Liu et al. 2022, "Swin Transformer V2", section 3.3, and `Swinv2SelfAttention` in Transformers'
  * `modeling_swinv2.py`.
  */
final private[swin] class PositionNetwork(pack: WeightPack, stage: SwinStage) {

  import PositionNetwork.{Inner, Range}

  private val (heads, distances) = (stage.heads, 2 * stage.window - 1)

  /** The distance of tokens that counts as 1. */
  private val unit = {
    val window = if (stage.trainedWindow > 0) stage.trainedWindow else stage.window
    math.max(1, window - 1).toDouble
  }

  /** [distances, heads], by distance in a column and in a row.
    *
    * @param name
    *   of the network in the checkpoint
    */
  def table(name: String): Array[Float] = {
    val (first, bias) = (read(s"$name.0.weight", Inner, 2), read(s"$name.0.bias", Inner))
    val second = read(s"$name.2.weight", heads, Inner)
    val made = new Array[Float](distances * distances * heads)
    for (down <- 0 until distances; right <- 0 until distances) {
      val (row, column) = (coordinate(down), coordinate(right))
      val inner = Array.tabulate(Inner) { index =>
        math.max(0f, first(2 * index) * row + first(2 * index + 1) * column + bias(index))
      }
      for (head <- 0 until heads) {
        var sum = 0f
        for (index <- 0 until Inner) sum += second(head * Inner + index) * inner(index)
        made((down * distances + right) * heads + head) = (Range / (1 + math.exp(-sum.toDouble))).toFloat
      }
    }
    made
  }

  /** A distance on a scale of logarithms, 1 for the largest one. */
  private def coordinate(place: Int): Float = {
    val scaled = (place - stage.window + 1) / unit * 8
    (math.signum(scaled) * math.log(math.abs(scaled) + 1) / math.log(8)).toFloat
  }

  private def read(name: String, shape: Int*): Array[Float] = {
    val numbers = new Array[Float](shape.product)
    Descs.floats(pack.vector(name, shape.map(_.toLong)), numbers.length).get(numbers)
    numbers
  }
}

private object PositionNetwork {

  /** Width of the hidden layer. */
  private val Inner = 512

  /** The results are between 0 and this. */
  private val Range = 16.0
}
