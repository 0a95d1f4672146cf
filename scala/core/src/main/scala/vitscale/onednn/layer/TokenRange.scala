package vitscale.onednn.layer

import vitscale.onednn.library.Shares

/** The tokens that one thread computes: all of some sequences, or some of one sequence.
  *
  * @param sequences
  *   number of sequences of tokens that attend to each other: images, or windows of images
  * @param first
  *   index of the first token in each sequence
  * @param count
  *   tokens of each sequence
  */
final private[onednn] case class TokenRange(sequences: Int, first: Int, count: Int) {

  /** Number of all its tokens. */
  val rows: Int = Math.multiplyExact(sequences, count)
}

private[onednn] object TokenRange {

  /** All tokens of some sequences. */
  def all(sequences: Int, tokens: Int): TokenRange = TokenRange(sequences, 0, tokens)

  /** The tokens of one sequence in parts of almost the same size, the first tokens in the first part. */
  def parts(tokens: Int, count: Int): IndexedSeq[TokenRange] =
    Shares.of(tokens, count).map { case (first, end) => TokenRange(1, first, end - first) }
}
