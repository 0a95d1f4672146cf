package vitscale.classify

import java.util.Arrays

import vitscale.ModelException

/** The classes with the largest logits. */
object TopK {

  /** Selects without sorting all classes: `O(classes * log k)`.
    *
    * @param logits
    *   all logits of one image
    * @param k
    *   number of classes to select, at least 1; values above the number of classes select all
    * @return
    *   class ids, the largest logit first; of equal logits the lower id first, as in the stable sort of Transformers'
    *   pipeline
    * @throws vitscale.ModelException
    *   if a logit is not a finite number
    */
  def select(logits: Array[Float], k: Int): Array[Int] = {
    val wanted = math.min(k, logits.length)
    val candidates = new Candidates(wanted)
    var id = 0
    while (id < logits.length) {
      candidates.add(rank(logits(id), id))
      id += 1
    }
    candidates.best.map(_.toInt ^ -1)
  }

  /** One number that orders by logit, then by lower id: the logit's order above, the inverted id below. */
  private def rank(logit: Float, id: Int): Long = {
    if (logit.isNaN || logit.isInfinite)
      throw new ModelException(
        s"The model returned the logit $logit for class $id; expected a finite number. Export the model again with " +
          "--precision fp32."
      )
    val bits = java.lang.Float.floatToIntBits(logit + 0.0f) // makes -0 and 0 equal
    val ordered = if (bits < 0) bits ^ Int.MaxValue else bits
    (ordered.toLong << 32) | ((id ^ -1) & 0xffffffffL)
  }

  /** Keeps the `k` largest of the numbers added: room for twice as many, cut back by sorting when it is full. */
  final private class Candidates(k: Int) {
    private val ranks = new Array[Long](2 * k)
    private var size = 0
    private var atLeast = Long.MinValue

    def add(rank: Long): Unit = if (rank > atLeast) {
      ranks(size) = rank
      size += 1
      if (size == ranks.length) cutBack()
    }

    /** The largest first. */
    def best: Array[Long] = {
      Arrays.sort(ranks, 0, size)
      ranks.slice(size - k, size).reverse
    }

    private def cutBack(): Unit = {
      Arrays.sort(ranks, 0, size)
      System.arraycopy(ranks, size - k, ranks, 0, k)
      size = k
      atLeast = ranks(0)
    }
  }
}
