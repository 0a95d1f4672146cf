package vitscale.onednn.layer

import java.nio.{ByteBuffer, FloatBuffer}

/** What belongs to weights that became 8-bit codes, an entry for each row of the matrix.
  *
  * @param scales
  *   value of one step: weight = code * scale
  * @param sums
  *   sum of the row's codes
  */
final private[onednn] case class QuantisedRows(scales: Array[Float], sums: Array[Int])

private[onednn] object QuantisedRows {

  /** Largest code; -128 is not used, so that codes are symmetric. */
  val LargestCode = 127

  /** Rounds each row to codes from -127 to 127, symmetric about zero, so that its largest weight keeps its value.
    *
    * @param weights
    *   rows of `inputs` numbers
    * @param codes
    *   room for as many bytes
    */
  def of(weights: FloatBuffer, codes: ByteBuffer, inputs: Int): QuantisedRows = {
    val rows = weights.capacity / inputs
    val (scales, sums) = (new Array[Float](rows), new Array[Int](rows))
    val row = new Array[Float](inputs)
    val rounded = new Array[Byte](inputs)
    val source = weights.duplicate()
    source.rewind()
    val target = codes.duplicate()
    target.rewind()
    (0 until rows).foreach { index =>
      source.get(row)
      scales(index) = scaleOf(row)
      sums(index) = round(row, scales(index), rounded)
      target.put(rounded)
    }
    QuantisedRows(scales, sums)
  }

  /** A row of zeros gets the scale 1, since no scale may be 0. */
  private def scaleOf(row: Array[Float]): Float = {
    var largest = 0f
    var i = 0
    while (i < row.length) {
      largest = math.max(largest, math.abs(row(i)))
      i += 1
    }
    if (largest > 0) largest / LargestCode else 1f
  }

  private def round(row: Array[Float], scale: Float, codes: Array[Byte]): Int = {
    var sum = 0
    var i = 0
    while (i < row.length) {
      val code = math.rint((row(i) / scale).toDouble).toInt
      codes(i) = code.toByte
      sum += code
      i += 1
    }
    sum
  }
}
