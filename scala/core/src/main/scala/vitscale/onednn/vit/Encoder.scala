package vitscale.onednn.vit

import org.bytedeco.dnnl.memory

import vitscale.onednn.int8.Int8Scales
import vitscale.onednn.layer.{TokenRange, WeightPack}
import vitscale.onednn.library.Numbers
import vitscale.onednn.plan.{Meeting, PlanBuilder}

/** Adds all blocks of the encoder to a plan, over some tokens.
  *
  * @param range
  *   the tokens
  * @param joined
  *   queries, keys and values of all tokens of the images, for blocks in turn: one tensor, or two where other threads compute
  *   other tokens of the same image. Then a thread may write those of the next block while others still read these.
  * @param scales
  *   for int8 alone
  * @param observer
  *   looks at the inputs of linear layers; none in an ordinary pass
  * @param meeting
  *   where threads that compute other tokens of the same image wait for the keys and values of all; none for a single thread
  */
final private[onednn] class Encoder(
    builder: PlanBuilder,
    pack: WeightPack,
    config: VitConfig,
    numbers: Numbers,
    range: TokenRange,
    joined: IndexedSeq[memory],
    scales: Option[Int8Scales] = None,
    observer: Option[ActivationObserver] = None,
    meeting: Option[Meeting] = None
) {
  private lazy val coded = block(numbers, scales)
  private lazy val exact = block(numbers.withoutCodes, None)

  private def block(numbers: Numbers, scales: Option[Int8Scales]): EncoderBlock =
    new EncoderBlock(builder, pack, config, numbers, range, joined, scales, observer, meeting)

  /** @param residual
    *   [images, tokens, hidden] of the range, float32
    * @param last
    *   the results: the same tensor, or [images, queries, hidden]
    * @param queries
    *   how many tokens of each image, from the first of the range on, the last block computes: no more than the classifier reads
    */
  def add(residual: memory, last: memory, queries: Int): Unit =
    (0 until config.layers).foreach { index =>
      val block = if (numbers.isInt8 && scales.exists(_.blocks(index).isDefined)) coded else exact
      if (index < config.layers - 1) block.add(index, residual, residual, range.count)
      else block.add(index, residual, last, queries)
    }
}
