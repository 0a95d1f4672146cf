package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.{algorithm, prop_kind}
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{memory, softmax_forward}

import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** Adds scaled dot-product attention of several heads to a plan: softmax(Q K^T^ / sqrt(head size) + bias) V.
  *
  * Source of the formula: Vaswani et al. 2017, "Attention Is All You Need", equation 1. Queries, keys and values are strided
  * views of a tensor; nothing is transposed.
  *
  * @param shape
  *   of the sequences that attend to themselves: the tokens of an image, or of a window
  * @param elementType
  *   type of queries, keys, values and results
  * @param most
  *   largest number of tokens of a sequence that ask
  * @param together
  *   sequences of one primitive; the others follow after it, so that the scores stay in the cache
  */
final private[onednn] class Attention(
    builder: PlanBuilder,
    shape: AttentionShape,
    elementType: data_type,
    most: Int,
    together: Int = 1
) {

  private val (heads, headSize) = (shape.heads.toLong, shape.headSize.toLong)
  private val hidden = heads * headSize
  private val product = new Product(builder)

  private val scores = builder.tensor(data_type.f32, together.toLong, heads, most.toLong, shape.tokens.toLong)
  private val weights =
    if (elementType == data_type.f32) scores
    else builder.tensor(elementType, together.toLong, heads, most.toLong, shape.tokens.toLong)
  private val scale = builder.constants((1 / math.sqrt(shape.headSize.toDouble)).toFloat)

  /** @param inputs
    *   queries, keys and values of [sequences, tokens]
    * @param result
    *   [sequences, queries, hidden]
    * @param asking
    *   the tokens of each sequence that ask
    */
  def add(
      inputs: AttentionInputs,
      result: memory,
      asking: TokenRange,
      terms: ScoreTerms = ScoreTerms()
  ): Unit =
    (0 until asking.sequences by together).foreach { first =>
      addSequences(inputs, result, first, math.min(together, asking.sequences - first), asking, terms)
    }

  private def addSequences(
      inputs: AttentionInputs,
      result: memory,
      first: Int,
      count: Int,
      range: TokenRange,
      terms: ScoreTerms
  ): Unit = {
    val (sequence, sequences, queries) = (first.toLong, count.toLong, range.count.toLong)
    val tokens = inputs.tokens.toLong
    def from(numbers: TokenNumbers, token: Long = 0) =
      Descs.pointer(
        numbers.tensor,
        elementType,
        (sequence * tokens + token) * numbers.stride + numbers.first
      )
    def tensor(rows: Long, stride: Long) =
      Descs.strided(
        elementType,
        Seq(sequences, heads, rows, headSize),
        Seq(tokens * stride, headSize, stride, 1)
      )
    def weighing(of: data_type) = Descs.dense(of, sequences, heads, queries, tokens)
    val asking =
      builder.view(tensor(queries, inputs.queries.stride), from(inputs.queries, range.first.toLong))
    val keyStride = inputs.keys.stride
    val keys = builder.view(
      Descs.strided(
        elementType,
        Seq(sequences, heads, headSize, tokens),
        Seq(tokens * keyStride, headSize, 1, keyStride)
      ),
      from(inputs.keys)
    )
    val values = builder.view(tensor(tokens, inputs.values.stride), from(inputs.values))
    val ownScores = builder.view(weighing(data_type.f32), scores.get_data_handle())
    val ownWeights = builder.view(weighing(elementType), weights.get_data_handle())
    val results = builder.view(
      Descs.strided(
        elementType,
        Seq(sequences, heads, queries, headSize),
        Seq(queries * hidden, headSize, hidden, 1)
      ),
      Descs.pointer(result, elementType, sequence * queries * hidden)
    )
    def pairs(values: memory) =
      builder.view(Descs.dense(data_type.f32, 1L, heads, queries, tokens), values.get_data_handle())
    def ofKeys(values: memory) = builder.view(
      Descs.dense(data_type.f32, sequences, 1L, 1L, tokens),
      Descs.pointer(values, data_type.f32, sequence * tokens)
    )
    val after = terms.factors.map(pairs(_) -> algorithm.binary_mul).toSeq ++
      terms.bias.map(pairs(_) -> algorithm.binary_add) ++ terms.ofKeys.map(ofKeys(_) -> algorithm.binary_add)
    product.add("attention scores", asking, keys, ownScores, Some(scale), after)
    softmax(ownScores, ownWeights)
    product.add("attention values", ownWeights, values, results)
  }

  private def softmax(from: memory, to: memory): Unit = {
    val description = OneDnn.explained("compute softmax") {
      new softmax_forward.primitive_desc(
        OneDnn.processor,
        prop_kind.forward_inference,
        algorithm.softmax_accurate,
        from.get_desc(),
        to.get_desc(),
        Attention.Keys,
        builder.attributes(),
        false
      )
    }
    builder.execute("softmax", description, new softmax_forward(description))(
      dnnl.DNNL_ARG_SRC -> from,
      dnnl.DNNL_ARG_DST -> to
    )
  }
}

private[onednn] object Attention {

  /** The dimension of the keys in the scores. */
  private val Keys = 3
}
