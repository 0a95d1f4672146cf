package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.{algorithm, prop_kind}
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{matmul, memory, post_ops, softmax_forward}

/** Adds scaled dot-product attention of several heads to a plan: softmax(Q K^T^ / sqrt(head size) + bias) V.
  *
  * Source of the formula: Vaswani et al. 2017, "Attention Is All You Need", equation 1. Queries, keys and values are strided
  * views of one tensor; nothing is transposed.
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

  private val (heads, tokens, headSize) = (shape.heads.toLong, shape.tokens.toLong, shape.headSize.toLong)
  private val hidden = heads * headSize

  /** Distance of two tokens in the tensor of queries, keys and values. */
  private val stride = 3 * hidden

  private val scores = builder.tensor(data_type.f32, together.toLong, heads, most.toLong, tokens)
  private val weights =
    if (elementType == data_type.f32) scores
    else builder.tensor(elementType, together.toLong, heads, most.toLong, tokens)
  private val scale = builder.constants((1 / math.sqrt(shape.headSize.toDouble)).toFloat)

  /** @param joined
    *   [sequences, tokens, 3 hidden]: queries, keys and values side by side
    * @param result
    *   [sequences, queries, hidden]
    * @param asking
    *   the tokens of each sequence that ask
    * @param bias
    *   float32 [heads, queries, tokens], added to the scores of each sequence; none in most models
    */
  def add(joined: memory, result: memory, asking: TokenRange, bias: Option[memory]): Unit =
    (0 until asking.images by together).foreach { first =>
      addSequences(joined, result, first, math.min(together, asking.images - first), asking, bias)
    }

  private def addSequences(
      joined: memory,
      result: memory,
      first: Int,
      count: Int,
      range: TokenRange,
      bias: Option[memory]
  ): Unit = {
    val (sequence, sequences, queries) = (first.toLong, count.toLong, range.count.toLong)
    def part(number: Long, token: Long = 0) =
      Descs.pointer(joined, elementType, (sequence * tokens + token) * stride + number * hidden)
    def tensor(rows: Long) =
      Descs.strided(
        elementType,
        Seq(sequences, heads, rows, headSize),
        Seq(tokens * stride, headSize, stride, 1)
      )
    def weighing(of: data_type) = Descs.dense(of, sequences, heads, queries, tokens)
    val asking = builder.view(tensor(queries), part(0, range.first.toLong))
    val keys = builder.view(
      Descs.strided(
        elementType,
        Seq(sequences, heads, headSize, tokens),
        Seq(tokens * stride, headSize, 1, stride)
      ),
      part(1)
    )
    val values = builder.view(tensor(tokens), part(2))
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
    val added = bias.map { values =>
      builder.view(Descs.dense(data_type.f32, 1L, heads, queries, tokens), values.get_data_handle())
    }
    product("attention scores", asking, keys, ownScores, Some(scale), added)
    softmax(ownScores, ownWeights)
    product("attention values", ownWeights, values, results)
  }

  private def product(
      name: String,
      left: memory,
      right: memory,
      result: memory,
      scale: Option[memory] = None,
      bias: Option[memory] = None
  ): Unit = {
    val attributes = builder.attributes()
    scale.foreach(_ => attributes.set_scales_mask(dnnl.DNNL_ARG_SRC, 0))
    bias.foreach(values => attributes.set_post_ops(Attention.adding(values)))
    val description = OneDnn.explained(s"compute $name") {
      new matmul.primitive_desc(
        OneDnn.processor,
        left.get_desc(),
        right.get_desc(),
        result.get_desc(),
        attributes,
        false
      )
    }
    val tensors =
      Seq(dnnl.DNNL_ARG_SRC -> left, dnnl.DNNL_ARG_WEIGHTS -> right, dnnl.DNNL_ARG_DST -> result)
    val scales = scale.map((dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC) -> _)
    val extra = bias.map((dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 1 | dnnl.DNNL_ARG_SRC_1) -> _)
    builder.execute(name, description, new matmul(description))(tensors ++ scales ++ extra: _*)
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

/** Sequences of tokens that attend to themselves.
  *
  * @param tokens
  *   of a sequence
  * @param headSize
  *   numbers of a token in each head
  */
final private[onednn] case class AttentionShape(heads: Int, tokens: Int, headSize: Int)

private[onednn] object Attention {

  /** The dimension of the keys in the scores. */
  private val Keys = 3

  private def adding(values: memory): post_ops = {
    val made = new post_ops()
    made.append_binary(algorithm.binary_add, values.get_desc())
    made
  }
}
