package vitscale.onednn.layer

import vitscale.onednn.library.Shares

/** The tokens that one thread computes: all of some images, or some of one image.
  *
  * @param images
  *   number of images
  * @param first
  *   index of the first token in each image
  * @param count
  *   tokens of each image
  */
final private[onednn] case class TokenRange(images: Int, first: Int, count: Int) {

  /** Number of all its tokens. */
  val rows: Int = Math.multiplyExact(images, count)
}

private[onednn] object TokenRange {

  /** All tokens of some images. */
  def all(images: Int, tokens: Int): TokenRange = TokenRange(images, 0, tokens)

  /** The tokens of one image in parts of almost the same size, the first tokens in the first part. */
  def parts(tokens: Int, count: Int): IndexedSeq[TokenRange] =
    Shares.of(tokens, count).map { case (first, end) => TokenRange(1, first, end - first) }
}
