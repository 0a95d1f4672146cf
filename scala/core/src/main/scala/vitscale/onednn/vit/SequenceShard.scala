package vitscale.onednn.vit

import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.TokenRange
import vitscale.onednn.plan.Meeting

/** The tokens that one thread computes, and what it shares with threads that compute other tokens of the same image.
  *
  * Each thread computes queries, keys and values of its own tokens, then attention from its own queries to the keys of all. Source:
  * Li et al. 2023, "Sequence Parallelism: Long Sequence Training from System Perspective", here in shared memory.
  *
  * @param range
  *   the tokens of this thread
  * @param joined
  *   queries, keys and values of all tokens of the images, [images * tokens, 3 hidden], for blocks in turn: one tensor for a single
  *   thread, else two. Then a thread may write those of the next block while others still read these.
  * @param meeting
  *   where the threads wait for the keys and values of all; none for a single thread
  */
final private[onednn] case class SequenceShard(
    range: TokenRange,
    joined: IndexedSeq[memory],
    meeting: Option[Meeting] = None
) {

  /** The tensor of a block. */
  def joinedOf(block: Int): memory = joined(block % joined.size)
}
