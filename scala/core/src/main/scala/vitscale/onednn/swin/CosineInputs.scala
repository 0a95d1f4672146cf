package vitscale.onednn.swin

import org.bytedeco.dnnl.memory

import vitscale.onednn.layer.{RmsNorm, WeightPack}
import vitscale.onednn.library.Descs
import vitscale.onednn.plan.PlanBuilder

/** Attention by cosines: queries and keys are divided by their lengths, and each head multiplies the scores with a learned
  * factor.
  *
  * Source: Liu et al. 2022, "Swin Transformer V2", section 3.2, and `Swinv2SelfAttention` in Transformers'
  * `modeling_swinv2.py`.
  */
final private[swin] class CosineInputs(builder: PlanBuilder, pack: WeightPack, stage: SwinStage) {

  private val (heads, area, headSize) = (stage.heads, stage.area, stage.attention.headSize)
  private val norm = new RmsNorm(builder, CosineInputs.Epsilon)

  /** Divides vectors by the root of the mean of their squares: what remains has the length sqrt(head size).
    *
    * @param vectors
    *   [vectors, head size]; the results replace them
    */
  def normalise(vectors: memory): Unit = norm.add("norm of queries and keys", vectors)

  /** What the scores are multiplied with, float32 [heads, tokens, tokens]. The attention divides by sqrt(head size), and the
    * product of two normalised vectors is the cosine times the head size.
    *
    * @param logitScale
    *   name of the logarithms of the factors in the checkpoint
    */
  def factors(logitScale: String): memory = {
    val logarithms = Descs.floats(pack.vector(logitScale, Seq(heads.toLong, 1L, 1L)), heads)
    pack.vector(s"$logitScale of $headSize", heads * area * area) { numbers =>
      for (head <- 0 until heads) {
        val factor = math.exp(math.min(logarithms.get(head).toDouble, CosineInputs.Largest))
        val share = (factor / math.sqrt(headSize.toDouble)).toFloat
        for (_ <- 0 until area * area) numbers.put(share)
      }
    }
  }
}

private object CosineInputs {

  /** Keeps vectors of zeros what they are. */
  private val Epsilon = 1e-24f

  /** Largest logarithm of a factor. */
  private val Largest = math.log(100)
}
