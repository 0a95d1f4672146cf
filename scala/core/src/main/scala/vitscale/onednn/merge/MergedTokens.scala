package vitscale.onednn.merge

import org.bytedeco.dnnl.memory

/** Tokens of a batch between two layers.
  *
  * @param values
  *   [images, count, hidden], float32
  * @param count
  *   tokens of each image
  * @param sizes
  *   how many patches each token stands for; none if each is one
  */
final private[onednn] case class MergedTokens(values: memory, count: Int, sizes: Option[TokenSizes] = None)

/** @param patches
  *   [images, tokens], float32
  * @param logarithms
  *   of these, what attention adds to the scores of a token (Bolya et al. 2023, equation 1)
  */
final private[onednn] case class TokenSizes(patches: memory, logarithms: memory)
