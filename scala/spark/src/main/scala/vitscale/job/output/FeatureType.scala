package vitscale.job.output

import java.nio.{ByteBuffer, ByteOrder}

import org.apache.spark.sql.types.{ArrayType, BinaryType, DataType, FloatType}

import vitscale.{NamedValue, NamedValues}

/** The type of the numbers of the column `features`.
  *
  * @param name
  *   value of `--features-type`
  * @param column
  *   the column's type. Spark has no 16-bit floats, so they are little-endian bytes, two for each number.
  */
sealed abstract class FeatureType(override val name: String, val column: DataType) extends NamedValue {

  /** Features as the value of the column. */
  def value(features: Array[Float]): Any
}

object FeatureType extends NamedValues[FeatureType] {

  case object Float32 extends FeatureType("float32", ArrayType(FloatType, containsNull = false)) {
    override def value(features: Array[Float]): Any = features.toSeq
  }

  case object Float16 extends FeatureType("float16", BinaryType) {
    override def value(features: Array[Float]): Any = {
      val bytes = ByteBuffer.allocate(features.length * java.lang.Short.BYTES).order(ByteOrder.LITTLE_ENDIAN)
      features.foreach(value => bytes.putShort(half(value)))
      bytes.array
    }
  }

  override val all: Seq[FeatureType] = Seq(Float32, Float16)

  /** The half-precision number (IEEE 754: 1 bit of sign, 5 of exponent, 10 of fraction) nearest to a float, to even if two are
    * equally near; beyond 65504 it is infinity.
    */
  private[output] def half(value: Float): Short = {
    val magnitude = math.abs(value.toDouble)
    val sign = (java.lang.Float.floatToRawIntBits(value) >>> 31) << 15
    val bits =
      if (magnitude.isNaN) QuietNaN
      else if (magnitude >= FirstInfinite) Infinity
      else {
        // Numbers of one exponent are equally far apart; those below the smallest normal one as far as its neighbours.
        val exponent = math.max(Math.getExponent(magnitude), SmallestExponent)
        val steps = math.rint(magnitude / Math.scalb(1.0, exponent - FractionBits)).toInt
        // A carry out of the fraction raises the exponent, as it must.
        ((exponent - SmallestExponent) << FractionBits) + steps
      }
    (sign | bits).toShort
  }

  private val FractionBits = 10
  private val SmallestExponent = -14
  private val FirstInfinite = 65520.0 // half a step above the largest number
  private val Infinity = 0x7c00
  private val QuietNaN = 0x7e00
}
