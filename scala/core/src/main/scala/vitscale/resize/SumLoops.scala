package vitscale.resize

/** The inner loops of a resize.
  *
  * C2 of Java 17 makes vector instructions of a loop only if all arrays have one common index and the body is short: four
  * terms fit, a clip beside them does not, nor does `Math.min`. It says nothing where it does not, and the loop is five times
  * as slow; `make bench-pixels` shows it.
  *
  * Each loop takes one channel, by its shift in the packed pixels: `all` writes a sum of its own terms, `start` and `add`
  * keep sums, `end` adds the last terms and writes.
  */
private[resize] object SumLoops {

  /** One half, where a sum starts, so that it is rounded. */
  final val Half = 1 << (ResizeWeights.FractionBits - 1)

  private final val LargestByte = 0xff

  def clip(out: Array[Int], sums: Array[Int], length: Int, shift: Int): Unit = {
    var i = 0
    while (i < length) {
      val value = sums(i) >> ResizeWeights.FractionBits
      out(i) |= ((value & ~(value >> 31) | (LargestByte - value) >> 31) & LargestByte) << shift
      i += 1
    }
  }

  private def sample(word: Int, shift: Int): Int = word >>> shift & LargestByte

  private def byte(sum: Int): Int = sum >>> ResizeWeights.FractionBits

  def all1(out: Array[Int], length: Int, shift: Int, a: Array[Int], u: Int): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(Half + sample(a(i), shift) * u) << shift
      i += 1
    }
  }

  def all2(
      out: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(Half + sample(a(i), shift) * u + sample(b(i), shift) * v) << shift
      i += 1
    }
  }

  def all3(
      out: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int,
      c: Array[Int],
      w: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(
        Half + sample(a(i), shift) * u + sample(b(i), shift) * v + sample(c(i), shift) * w
      ) << shift
      i += 1
    }
  }

  def all4(
      out: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int,
      c: Array[Int],
      w: Int,
      d: Array[Int],
      x: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(
        Half + sample(a(i), shift) * u + sample(b(i), shift) * v + sample(c(i), shift) * w + sample(
          d(i),
          shift
        ) * x
      ) << shift
      i += 1
    }
  }

  def start3(
      sums: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int,
      c: Array[Int],
      w: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      sums(i) = Half + sample(a(i), shift) * u + sample(b(i), shift) * v + sample(c(i), shift) * w
      i += 1
    }
  }

  def add1(sums: Array[Int], length: Int, shift: Int, a: Array[Int], u: Int): Unit = {
    var i = 0
    while (i < length) {
      sums(i) += sample(a(i), shift) * u
      i += 1
    }
  }

  def add2(
      sums: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      sums(i) += sample(a(i), shift) * u + sample(b(i), shift) * v
      i += 1
    }
  }

  def add3(
      sums: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int,
      c: Array[Int],
      w: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      sums(i) += sample(a(i), shift) * u + sample(b(i), shift) * v + sample(c(i), shift) * w
      i += 1
    }
  }

  def end1(
      out: Array[Int],
      sums: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(sums(i) + sample(a(i), shift) * u) << shift
      i += 1
    }
  }

  def end2(
      out: Array[Int],
      sums: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(sums(i) + sample(a(i), shift) * u + sample(b(i), shift) * v) << shift
      i += 1
    }
  }

  def end3(
      out: Array[Int],
      sums: Array[Int],
      length: Int,
      shift: Int,
      a: Array[Int],
      u: Int,
      b: Array[Int],
      v: Int,
      c: Array[Int],
      w: Int
  ): Unit = {
    var i = 0
    while (i < length) {
      out(i) |= byte(
        sums(i) + sample(a(i), shift) * u + sample(b(i), shift) * v + sample(c(i), shift) * w
      ) << shift
      i += 1
    }
  }
}
