package vitscale.onnx

import ai.onnxruntime.OrtSession.SessionOptions

import vitscale.device.CpuInfo

/** Eight-bit products that are added exactly, so that an int8 model answers the same on every processor.
  *
  * x86 processors before VNNI add pairs of them in sixteen bits and cut off what does not fit. Asked to be precise, ONNX
  * Runtime takes a slower instruction. It must not be asked where VNNI is: it would leave that alone too, which takes more
  * than twice the time for the same sums.
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
