package vitscale.onednn

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.global.dnnl.{algorithm, prop_kind}
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{matmul, memory, post_ops, softmax_forward}

/** Adds scaled dot-product attention of several heads to a plan: softmax(Q K^T^ / sqrt(head size) + bias) V.
  *
  * Source of the formula: Vaswani et al. 2017, "Attention Is All You Need", equation 1. Images go one after the other, so that
  * the scores of one stay in the cache. Queries, keys and values are strided views of one tensor; nothing is transposed.
  *
  * @param elementType
  *   type of queries, keys, values and results
  * @param most
  *   largest number of tokens of an image that ask
  */
final private[onednn] class Attention(
    builder: PlanBuilder,
    config: VitConfig,
    elementType: data_type,
    most: Int
) {

  private val (heads, tokens, headSize) = (config.heads.toLong, config.tokens.toLong, config.headSize.toLong)

  /** Distance of two tokens in the tensor of queries, keys and values. */
  private val stride = 3L * config.hidden

  private val scores = builder.tensor(data_type.f32, 1L, heads, most.toLong, tokens)
  private val weights =
    if (elementType == data_type.f32) scores else builder.tensor(elementType, 1L, heads, most.toLong, tokens)
  private val scale = builder.constants((1 / math.sqrt(config.headSize.toDouble)).toFloat)

  /** @param joined
    *   [images, tokens, 3 hidden]: queries, keys and values side by side
    * @param result
    *   [images, queries, hidden]
    * @param asking
    *   the tokens that ask
    * @param bias
    *   float32 [heads, queries, tokens], added to the scores of each image; none in most models
    */
  def add(joined: memory, result: memory, asking: TokenRange, bias: Option[memory]): Unit =
    (0L until asking.images.toLong).foreach(addImage(joined, result, _, asking, bias))

  private def addImage(
      joined: memory,
      result: memory,
      image: Long,
      range: TokenRange,
      bias: Option[memory]
  ): Unit = {
    val queries = range.count.toLong
    def part(number: Long, token: Long = 0) =
      Descs.pointer(joined, elementType, (image * tokens + token) * stride + number * config.hidden)
    def tensor(count: Long) =
      Descs.strided(
        elementType,
        Seq(1, heads, count, headSize),
        Seq(tokens * stride, headSize, stride, 1)
      )
    val asking = builder.view(tensor(queries), part(0, range.first.toLong))
    val keys = builder.view(
      Descs.strided(
        elementType,
        Seq(1, heads, headSize, tokens),
        Seq(tokens * stride, headSize, 1, stride)
      ),
      part(1)
    )
    val values = builder.view(tensor(tokens), part(2))
    val imageScores = builder.view(shape(data_type.f32, queries), scores.get_data_handle())
    val imageWeights = builder.view(shape(elementType, queries), weights.get_data_handle())
    val hidden = config.hidden.toLong
    val results = builder.view(
      Descs.strided(
        elementType,
        Seq(1, heads, queries, headSize),
        Seq(queries * hidden, headSize, hidden, 1)
      ),
      Descs.pointer(result, elementType, image * queries * hidden)
    )
    product("attention scores", asking, keys, imageScores, Some(scale), bias)
    softmax(imageScores, imageWeights)
    product("attention values", imageWeights, values, results)
  }

  private def shape(of: data_type, queries: Long) = Descs.dense(of, 1L, heads, queries, tokens)

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
    val added = bias.map(values => builder.view(result.get_desc(), values.get_data_handle()))
    added.foreach(values => attributes.set_post_ops(Attention.adding(values)))
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
    val extra = added.map((dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 1 | dnnl.DNNL_ARG_SRC_1) -> _)
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

private[onednn] object Attention {

  /** The dimension of the keys in the scores. */
  private val Keys = 3

  private def adding(values: memory): post_ops = {
    val made = new post_ops()
    made.append_binary(algorithm.binary_add, values.get_desc())
    made
  }
}
