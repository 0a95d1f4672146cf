package vitscale.onednn.library

import org.bytedeco.dnnl.memory.data_type

import vitscale.{DeviceException, UsageException}

/** The types of numbers of a forward pass. Sums of products, residuals, normalisation and softmax are float32 always.
  *
  * @param weights
  *   weights of the linear layers of a block: f32, bf16 or s8
  * @param inputs
  *   inputs of these layers: f32, bf16 or u8
  * @param other
  *   attention, patch embedding and classifier
  */
final private[onednn] case class Numbers(weights: data_type, inputs: data_type, other: data_type) {
  def isInt8: Boolean = weights == data_type.s8

  /** The same for a block that is computed without 8-bit codes. */
  def withoutCodes: Numbers = if (isInt8) Numbers(other, other, other) else this
}

private[onednn] object Numbers {

  val Fp32: Numbers = Numbers(data_type.f32, data_type.f32, data_type.f32)

  private val Bf16 = Numbers(data_type.bf16, data_type.bf16, data_type.bf16)

  val Names: Seq[String] = Seq("fp32", "bf16", "int8")

  /** Attention on 8-bit codes would change labels and save no time, so it is computed in bfloat16 where that is the fastest,
    * else in float32. Codes of inputs have no sign: VNNI multiplies such with signed ones alone, and oneDNN would have to
    * shift signed inputs in each product.
    *
    * @throws vitscale.UsageException
    *   if there is no such precision
    * @throws vitscale.DeviceException
    *   if the processor lacks it
    */
  def of(precision: String, instructions: Instructions): Numbers = precision match {
    case "fp32" => Fp32
    case "bf16" if instructions.bf16 => Bf16
    case "bf16" =>
      throw new DeviceException(
        "This processor has no instructions for bf16; expected avx512_bf16 or AMX. Ask for fp32 or int8."
      )
    case "int8" if !instructions.vnni =>
      throw new DeviceException(
        "This processor adds 8-bit products in 16 bits and cuts sums off; expected VNNI. Run int8 on ONNX Runtime."
      )
    case "int8" =>
      Numbers(data_type.s8, data_type.u8, if (instructions.fastBf16) data_type.bf16 else data_type.f32)
    case other =>
      throw new UsageException(
        s"The oneDNN engine has no precision $other; expected ${Names.mkString(", ")}."
      )
  }
}
