package vitscale.onednn.layer

import org.bytedeco.dnnl.global.dnnl.algorithm
import org.bytedeco.dnnl.post_ops

import vitscale.onednn.checkpoint.Settings

/** The function between the two layers of a feed-forward block, as oneDNN computes it behind the first one.
  *
  * @param algorithm
  *   oneDNN's element-wise function
  * @param alpha
  *   its parameter
  * @param least
  *   its smallest value over all inputs, where 8-bit codes of its results begin
  */
final private[onednn] case class Activation(algorithm: algorithm, alpha: Float, least: Float) {

  /** Lets a primitive apply it to its results; more may be appended. */
  def applied: post_ops = {
    val made = new post_ops()
    made.append_eltwise(algorithm, alpha, 0f)
    made
  }
}

private[onednn] object Activation {

  /** By the names of `hidden_act` (`ACT2FN` in Transformers' `activations.py`). The smallest values are rounded down. */
  private val byName: Map[String, Activation] = {
    val erf = Activation(algorithm.eltwise_gelu_erf, 0f, -0.17f)
    val tanh = Activation(algorithm.eltwise_gelu_tanh, 0f, -0.1701f)
    val silu = Activation(algorithm.eltwise_swish, 1f, -0.2785f)
    Map(
      "gelu" -> erf,
      "gelu_python" -> erf,
      "gelu_new" -> tanh,
      "gelu_fast" -> tanh,
      "gelu_accurate" -> tanh,
      "gelu_pytorch_tanh" -> tanh,
      "gelu_python_tanh" -> tanh,
      "quick_gelu" -> Activation(algorithm.eltwise_swish, 1.702f, -0.1637f),
      "silu" -> silu,
      "swish" -> silu,
      "relu" -> Activation(algorithm.eltwise_relu, 0f, 0f)
    )
  }

  /** Of the gate of SwiGLU (Shazeer 2020, "GLU Variants Improve Transformer"), whatever `hidden_act` says. */
  val OfGate: Activation = byName("silu")

  /** Of a model, by its `hidden_act`.
    *
    * @throws vitscale.ModelException
    *   if the engine lacks it
    */
  def of(settings: Settings, default: String): Activation =
    named(settings.text("hidden_act", default))
      .getOrElse(settings.refuse("hidden_act", names.mkString(", ")))

  def named(name: String): Option[Activation] = byName.get(name)

  def names: Seq[String] = byName.keys.toSeq.sorted
}
