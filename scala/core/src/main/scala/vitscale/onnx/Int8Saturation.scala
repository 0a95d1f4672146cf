package vitscale.onnx

import ai.onnxruntime.OrtSession.SessionOptions

import vitscale.device.CpuInfo

/** Exact sums of 8-bit products, so that an int8 model returns the same logits on every CPU.
  *
  * x86 CPUs before VNNI add pairs of products in 16 bits, with saturation. ONNX Runtime's precise mode uses a slower
  * instruction instead. On a CPU with VNNI this mode must stay off: it also disables VNNI, which more than doubles the time
  * for the same sums.
  */
private[onnx] object Int8Saturation {

  /** Instruction sets that add the products in 32 bits; the same list as in Python's `vitscale.models.onnx_options`. */
  private val ExactAlready = Set("avx512_vnni", "avx_vnni")

  /** Whether ONNX Runtime must be asked on a processor with these instruction sets. */
  def mustBeAskedFor(features: Set[String]): Boolean = !ExactAlready.exists(features)

  /** The same of this processor. */
  lazy val mustBeAskedForHere: Boolean = mustBeAskedFor(CpuInfo.features)

  /** Asks for them on this processor, if need be. */
  def makeExact(settings: SessionOptions): Unit =
    if (mustBeAskedForHere) settings.addConfigEntry("session.x64quantprecision", "1")
}
