package vitscale.onednn

import org.bytedeco.dnnl.memory.data_type

import vitscale.{DeviceException, UsageException}

/** The types of numbers of a forward pass. Sums of products, residuals, normalisation and softmax are float32 always.
  *
  * @param linear
  *   inputs and weights of the linear layers of a block
  * @param feedForwardHidden
  *   results of the activation function
  * @param other
  *   attention, patch embedding and classifier
  */
final private[onednn] case class Numbers(linear: data_type, feedForwardHidden: data_type, other: data_type) {
  def isInt8: Boolean = linear == data_type.s8
}

private[onednn] object Numbers {

  val Fp32: Numbers = Numbers(data_type.f32, data_type.f32, data_type.f32)

  private val Bf16 = Numbers(data_type.bf16, data_type.bf16, data_type.bf16)

  val Names: Seq[String] = Seq("fp32", "bf16", "int8")

  /** Attention on 8-bit codes would change labels and save no time, so it is computed in bfloat16 where the processor has it,
    * else in float32.
    *
    * @param hasBf16
    *   whether this processor computes in bfloat16
    * @param hasVnni
    *   whether it adds 8-bit products in 32 bits
    * @throws vitscale.UsageException
    *   if there is no such precision
    * @throws vitscale.DeviceException
    *   if the processor lacks it
    */
  def of(precision: String, hasBf16: Boolean, hasVnni: Boolean): Numbers = precision match {
    case "fp32" => Fp32
    case "bf16" if hasBf16 => Bf16
    case "bf16" =>
      throw new DeviceException(
        "This processor has no instructions for bf16; expected avx512_bf16 or AMX. Ask for fp32 or int8."
      )
    case "int8" if !hasVnni =>
      throw new DeviceException(
        "This processor adds 8-bit products in 16 bits and cuts sums off; expected VNNI. Run int8 on ONNX Runtime."
      )
    case "int8" => Numbers(data_type.s8, data_type.u8, if (hasBf16) data_type.bf16 else data_type.f32)
    case other =>
      throw new UsageException(
        s"The oneDNN engine has no precision $other; expected ${Names.mkString(", ")}."
      )
  }
}
