package vitscale.onednn.vit

import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.WeightPack
import vitscale.onednn.library.Descs
import vitscale.onednn.vit.family.{LeadingTokens, Positions}

/** What a model learned for the input of its first block: the tokens before the patches, and the positions. */
final private[onednn] class LearnedTokens(pack: WeightPack, config: VitConfig) {

  private val hidden = config.hidden
  private val embedding = config.structure.embedding
  private val positioned = embedding.leading.filter(_.havePositions).map(_.count).sum

  /** The tokens before the patches with their positions added, float32 [tokens, hidden]. */
  def leading: memory =
    pack.vector("tokens before the patches", config.leadingTokens * hidden) { numbers =>
      var position = 0
      embedding.leading.foreach { tokens =>
        val values = floats(tokens)
        embedding.positions.filter(_ => tokens.havePositions).foreach { positions =>
          add(values, stored(positions), position * hidden)
          position += tokens.count
        }
        numbers.put(values)
      }
    }

  private def add(to: Array[Float], from: Array[Float], first: Int): Unit =
    to.indices.foreach(index => to(index) += from(first + index))

  private def floats(tokens: LeadingTokens): Array[Float] = {
    val shape = tokens.shape(hidden)
    read(tokens.tensor, shape)
  }

  /** Positions of the patches, float32 [patches, hidden]; none if the model adds nothing. */
  def positions: Option[memory] = embedding.positions.map { positions =>
    pack.vector("positions of patches", config.patches * hidden) { numbers =>
      val trained = stored(positions).drop(positioned * hidden)
      val (height, width) = config.positionGrid
      val isSame = config.positionGrid == ((config.gridHeight, config.gridWidth))
      numbers.put(
        positions.resampling
          .filterNot(_ => isSame)
          .fold(trained)(_.resample(trained, height, width, config.gridHeight, config.gridWidth))
      )
    }
  }

  /** As the checkpoint has them: of the tokens before the patches, then of the patches that the model was trained with. */
  private def stored(positions: Positions): Array[Float] = {
    val (height, width) = config.positionGrid
    read(positions.tensor, positions.shape(positioned + height * width, hidden))
  }

  private def read(name: String, shape: Seq[Long]): Array[Float] = {
    val numbers = new Array[Float](shape.product.toInt)
    Descs.floats(pack.vector(name, shape), numbers.length).get(numbers)
    numbers
  }
}
