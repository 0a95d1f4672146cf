package vitscale.onednn.merge

import org.bytedeco.dnnl.memory
import org.bytedeco.dnnl.memory.data_type

import vitscale.onednn.layer.{AttentionShape, Product, RmsNorm, TokenNumbers}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** Adds the merging of tokens to a plan: the most similar tokens of each image become one, their mean weighted by patches.
  *
  * Two tokens are as similar as the means of their keys over the heads (cosine). Source: Bolya et al. 2023, section 3.
  *
  * @param shape
  *   heads, head size, and the largest number of tokens of an image
  * @param elementType
  *   type of the keys
  * @param schedule
  *   how many pairs each block merges
  */
final private[onednn] class TokenMerger(
    builder: PlanBuilder,
    shape: AttentionShape,
    elementType: data_type,
    images: Int,
    schedule: MergeSchedule
) {

  private val (hidden, size) = (shape.heads.toLong * shape.headSize, shape.headSize.toLong)
  private val largest = new TokenMatching(shape.tokens)
  private val features = builder.tensor(data_type.f32, images.toLong, 2L * largest.seekers, size)
  private val similarity =
    builder.tensor(data_type.f32, images.toLong, largest.seekers.toLong, largest.hosts.toLong)
  private val product = new Product(builder)
  private val norm = new RmsNorm(builder, TokenMerger.Epsilon)
  private val sumOfHeads = TokenMerger.sumOfHeads(builder, shape, elementType)

  /** Normalised features have the length sqrt(head size), so their product is the cosine times the head size. */
  private val cosine = builder.constants(1f / shape.headSize)

  private val places = IndexedSeq.fill(2)(builder.tensor(data_type.f32, images.toLong * shape.tokens, hidden))
  private val sizes = IndexedSeq.fill(2)(TokenSizes(perToken(), perToken()))

  private def perToken(): memory = builder.tensor(data_type.f32, images.toLong, shape.tokens.toLong)

  /** @param keys
    *   of all tokens, in rows
    * @return
    *   the tokens that the schedule leaves; merged ones are in memory that the next block but one overwrites
    */
  def add(block: Int, keys: TokenNumbers, tokens: MergedTokens): MergedTokens = {
    val pairs = schedule.pairsIn(block)
    if (pairs == 0) tokens else merge(keys, tokens, placeOf(block, tokens.count - pairs))
  }

  /** Blocks merge into one memory and into the other in turns, because each reads what the one before it wrote. */
  private def placeOf(block: Int, count: Int): MergedTokens = {
    val values = Descs.dense(data_type.f32, images.toLong * count, hidden)
    val at = block % 2
    MergedTokens(builder.view(values, places(at).get_data_handle()), count, Some(sizes(at)))
  }

  private def merge(keys: TokenNumbers, tokens: MergedTokens, merged: MergedTokens): MergedTokens = {
    val matching = new TokenMatching(tokens.count)
    addFeatures(keys, tokens.count, perImage = 2L * matching.seekers)
    addSimilarity(matching, perImage = 2L * matching.seekers)
    val work = new TokenMergeWork(matching, similarity, tokens, merged, images, hidden.toInt)
    builder.call(() => work.run())
    merged
  }

  /** @param perImage
    *   rows of an image: with an odd number of tokens one more, since oneDNN takes no views of every second row that end between
    *   images
    */
  private def addFeatures(keys: TokenNumbers, tokens: Int, perImage: Long): Unit = {
    val (count, stride) = (images.toLong, keys.stride)
    product.add(
      "features of tokens",
      builder.view(
        Descs.strided(elementType, Seq(count, tokens.toLong, hidden), Seq(tokens * stride, stride, 1)),
        Descs.pointer(keys.tensor, elementType, keys.first)
      ),
      sumOfHeads,
      builder.view(
        Descs.strided(data_type.f32, Seq(count, tokens.toLong, size), Seq(perImage * size, size, 1)),
        features.get_data_handle()
      )
    )
    val rows = Descs.dense(data_type.f32, count * perImage, size)
    norm.add("norm of features", builder.view(rows, features.get_data_handle()))
  }

  private def addSimilarity(matching: TokenMatching, perImage: Long): Unit = {
    val (count, seekers, hosts) = (images.toLong, matching.seekers.toLong, matching.hosts.toLong)
    product.add(
      "similarity of tokens",
      builder.view(
        Descs.strided(data_type.f32, Seq(count, seekers, size), Seq(perImage * size, 2 * size, 1)),
        features.get_data_handle()
      ),
      builder.view(
        Descs.strided(data_type.f32, Seq(count, size, hosts), Seq(perImage * size, 1, 2 * size)),
        Descs.pointer(features, data_type.f32, size)
      ),
      builder.view(Descs.dense(data_type.f32, count, seekers, hosts), similarity.get_data_handle()),
      Some(cosine)
    )
  }
}

private[onednn] object TokenMerger {

  /** Keeps features of zeros what they are. */
  private val Epsilon = 1e-24f

  /** The upper half of the bits of the float 1. */
  private val Bfloat16One: Short = 0x3f80

  /** Identity matrices below each other, [1, hidden, head size]: a product with them adds the heads up. Only the direction of the
    * sum counts, so it need not be a mean.
    */
  private def sumOfHeads(builder: PlanBuilder, shape: AttentionShape, elementType: data_type): memory = {
    val (rows, columns) = (shape.heads * shape.headSize, shape.headSize)
    val made = builder.tensor(elementType, 1L, rows.toLong, columns.toLong)
    val bytes = Descs.bytes(made, rows * columns * memory.data_type_size(elementType).toInt)
    (0 until rows).foreach { row =>
      (0 until columns).foreach { column =>
        val isOne = row % columns == column
        if (elementType == data_type.f32) bytes.putFloat(if (isOne) 1f else 0f)
        else bytes.putShort(if (isOne) Bfloat16One else 0)
      }
    }
    made
  }
}
