package vitscale.onednn.library

import java.nio.{ByteBuffer, FloatBuffer}

import vitscale.{NamedValue, NamedValues}

/** The type of the numbers of a checkpoint: what it is called in a safetensors file, and how it becomes float32. */
sealed abstract private[onednn] class ElementType(override val name: String, val bytes: Int)
    extends NamedValue {

  /** Widens all numbers between position and limit of `from`, which is in little-endian order. */
  def widen(from: ByteBuffer, to: FloatBuffer): Unit
}

private[onednn] object ElementType extends NamedValues[ElementType] {

  case object F32 extends ElementType("F32", 4) {
    override def widen(from: ByteBuffer, to: FloatBuffer): Unit = {
      to.put(from.asFloatBuffer())
      ()
    }
  }

  /** The upper half of a float32. */
  case object BF16 extends ElementType("BF16", 2) {
    override def widen(from: ByteBuffer, to: FloatBuffer): Unit =
      while (from.hasRemaining) to.put(java.lang.Float.intBitsToFloat(from.getShort().toInt << 16))
  }

  /** Half precision of IEEE 754: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
  case object F16 extends ElementType("F16", 2) {
    override def widen(from: ByteBuffer, to: FloatBuffer): Unit =
      while (from.hasRemaining) to.put(ofHalf(from.getShort()))
  }

  /** Without integers and other types that no model's weights have. */
  override val all: Seq[ElementType] = Seq(F32, BF16, F16)

  /** The float32 of the same value; every half has one. */
  def ofHalf(bits: Short): Float = {
    val exponent = (bits >> 10) & 0x1f
    val fraction = bits & 0x3ff
    val magnitude =
      if (exponent == 0) fraction * SmallestHalf
      else {
        // Infinity and NaN keep the highest exponent; all others get float32's bias of 127.
        val wide = if (exponent == 0x1f) 0xff else exponent - 15 + 127
        java.lang.Float.intBitsToFloat((wide << 23) | (fraction << 13))
      }
    if (bits < 0) -magnitude else magnitude
  }

  private val SmallestHalf = 1.0f / (1 << 24)
}
