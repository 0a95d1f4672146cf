package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl
import org.bytedeco.dnnl.memory.data_type
import org.bytedeco.dnnl.{matmul, memory}

import vitscale.onednn.library.{Descs, OneDnn}
import vitscale.onednn.plan.PlanBuilder

/** Adds the mean over tokens to a plan, as a product with their shares: oneDNN has a fast reduction only over the innermost
  * dimension (`jit_uni_reduction.cpp`).
  *
  * @param leading
  *   tokens at the begin of each image that do not count
  * @param tokens
  *   all tokens of an image
  */
final private[onednn] class TokenMean(builder: PlanBuilder, leading: Int, tokens: Int) {

  /** [1, tokens]: 0 for each token that does not count, one part of the mean for each other. */
  private val shares: memory = {
    val made = builder.tensor(data_type.f32, 1L, tokens.toLong)
    val counted = tokens - leading
    Descs.floats(made, tokens).put(Array.fill(leading)(0f) ++ Array.fill(counted)(1f / counted))
    made
  }

  /** @param source
    *   [tokens, channels], float32, of one image
    * @param result
    *   [1, channels], float32
    */
  def add(source: memory, result: memory): Unit = {
    val description = OneDnn.explained("take the mean of the tokens") {
      new matmul.primitive_desc(
        OneDnn.processor,
        shares.get_desc(),
        source.get_desc(),
        result.get_desc(),
        builder.attributes(),
        false
      )
    }
    builder.execute("mean of the tokens", description, new matmul(description))(
      dnnl.DNNL_ARG_SRC -> shares,
      dnnl.DNNL_ARG_WEIGHTS -> source,
      dnnl.DNNL_ARG_DST -> result
    )
  }
}
