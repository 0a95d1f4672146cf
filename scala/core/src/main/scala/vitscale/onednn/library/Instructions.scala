package vitscale.onednn.library

import java.nio.file.{Files, Paths}

import org.bytedeco.dnnl.global.dnnl

/** What oneDNN may use of this processor. It obeys `DNNL_MAX_CPU_ISA`.
  *
  * @param avx512
  *   computes 16 float32 at a time
  * @param vnni
  *   adds products of 8-bit codes in 32 bits; without, sums of pairs saturate in 16
  * @param bf16
  *   multiplies in bfloat16
  * @param fastBf16
  *   and does so faster than in float32
  */
final private[onednn] case class Instructions(
    avx512: Boolean,
    vnni: Boolean,
    bf16: Boolean,
    fastBf16: Boolean
)

private[onednn] object Instructions {

  /** Measured with ViT-base: Intel's `avx512_bf16` without AMX takes 1.7 times the time of float32, AMD's half of it. */
  def ofThisProcessor: Instructions = {
    val bf16 = has(dnnl.dnnl_cpu_isa_avx512_core_bf16)
    Instructions(
      avx512 = has(dnnl.dnnl_cpu_isa_avx512_core),
      vnni = has(dnnl.dnnl_cpu_isa_avx512_core_vnni) || has(dnnl.dnnl_cpu_isa_avx2_vnni),
      bf16 = bf16,
      fastBf16 = bf16 && (has(dnnl.dnnl_cpu_isa_avx512_core_amx) || isAmd)
    )
  }

  /** Sets of instructions are sums of bits, each a superset of those it extends (`dnnl_cpu_isa_t`). */
  private def has(instructions: Int): Boolean =
    (dnnl.dnnl_get_effective_cpu_isa() & instructions) == instructions

  /** Linux names the vendor in a file of its own, Windows in a variable. */
  private lazy val isAmd: Boolean = {
    val processors = Paths.get("/proc/cpuinfo")
    val vendor =
      if (Files.isReadable(processors)) new String(Files.readAllBytes(processors), "UTF-8")
      else sys.env.getOrElse("PROCESSOR_IDENTIFIER", "")
    vendor.contains("AuthenticAMD")
  }
}
