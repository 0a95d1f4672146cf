package vitscale.onednn.layer

import org.bytedeco.dnnl.memory

/** Sequences of tokens that attend to themselves.
  *
  * @param tokens
  *   of a sequence, at most
  * @param headSize
  *   numbers of a token in each head
  */
final private[onednn] case class AttentionShape(heads: Int, tokens: Int, headSize: Int)

/** Numbers of each token that lie side by side in a row of a tensor.
  *
  * @param stride
  *   numbers of a row
  * @param first
  *   the first of them in the first row
  */
final private[onednn] case class TokenNumbers(tensor: memory, stride: Long, first: Long) {

  /** The same behind some rows. */
  def from(row: Long): TokenNumbers = copy(first = first + row * stride)
}

/** Where the queries, keys and values of tokens lie.
  *
  * @param tokens
  *   of a sequence; sequences lie behind each other
  */
final private[onednn] case class AttentionInputs(
    tokens: Int,
    queries: TokenNumbers,
    keys: TokenNumbers,
    values: TokenNumbers
) {

  /** Those of the tokens from a row on. */
  def from(row: Long): AttentionInputs =
    AttentionInputs(tokens, queries.from(row), keys.from(row), values.from(row))
}

private[onednn] object AttentionInputs {

  /** All of them side by side.
    *
    * @param tensor
    *   [sequences * tokens, 3 hidden]
    */
  def joined(tensor: memory, hidden: Long, tokens: Int): AttentionInputs = {
    def part(number: Long) = TokenNumbers(tensor, 3 * hidden, number * hidden)
    AttentionInputs(tokens, part(0), part(1), part(2))
  }
}

/** What is done to the scaled scores of queries and keys before the softmax. All of it is float32.
  *
  * @param factors
  *   [heads, queries, tokens], multiplied with those of each sequence
  * @param bias
  *   the same, added to those of each sequence
  * @param ofKeys
  *   [sequences, tokens], added to all scores of a key
  */
final private[onednn] case class ScoreTerms(
    factors: Option[memory] = None,
    bias: Option[memory] = None,
    ofKeys: Option[memory] = None
)
