package vitscale.onednn.merge

import java.nio.FloatBuffer
import java.util.Arrays

/** Finds which tokens of an image join others: "bipartite soft matching".
  *
  * Source: Bolya et al. 2023, "Token Merging: Your ViT But Faster", section 3. Every second token, from the class token on,
  * seeks the most similar one of the others, its host. Those that are the most similar to their hosts join them.
  *
  * To be used by one thread at a time; nothing is allocated for an image.
  */
final private[onednn] class TokenMatching(tokens: Int) {

  val seekers: Int = (tokens + 1) / 2
  val hosts: Int = tokens / 2

  private val host = new Array[Int](seekers)
  private val keys = new Array[Long](seekers)

  /** @param similarity
    *   float32 [seekers, hosts], from -1 to 1
    * @param first
    *   place of the image's first number
    */
  def find(similarity: FloatBuffer, first: Int): Unit = {
    var seeker = 0
    while (seeker < seekers) {
      val row = first + seeker * hosts
      host(seeker) = mostSimilar(similarity, row)
      keys(seeker) = TokenMatching.key(seeker, 1 - similarity.get(row + host(seeker)))
      seeker += 1
    }
    Arrays.sort(keys)
  }

  /** The seeker at a place of the order: the class token, then the least similar to its host, and so on. */
  def seekerAt(place: Int): Int = keys(place).toInt

  /** The host of a seeker. */
  def hostOf(seeker: Int): Int = host(seeker)

  private def mostSimilar(similarity: FloatBuffer, row: Int): Int = {
    var (best, number) = (0, 1)
    while (number < hosts) {
      if (similarity.get(row + number) > similarity.get(row + best)) best = number
      number += 1
    }
    best
  }
}

private[onednn] object TokenMatching {

  /** Sorts by distance, the largest first, then by number. Bits of floats that are not negative have the order of the floats. */
  private def key(seeker: Int, distance: Float): Long = {
    val isClassToken = seeker == 0
    val rank = if (isClassToken) 0 else Int.MaxValue - java.lang.Float.floatToIntBits(math.max(distance, 0f))
    rank.toLong << Integer.SIZE | seeker.toLong
  }
}
