package vitscale.image.tiff

/** PackBits (TIFF 6.0, section 9): runs and literals of up to 128 bytes; what does not fit is left out. */
private[tiff] object TiffPackBits extends TiffCodec {

  private val NoOperation = -128

  def decode(in: Array[Byte], from: Int, to: Int, out: Array[Byte]): Int = {
    var at = from
    var filled = 0
    var complete = true
    while (complete && at < to && filled < out.length) {
      val head = in(at).toInt
      at += 1
      if (head < 0 && head != NoOperation) {
        val count = math.min(1 - head, out.length - filled)
        complete = at < to
        if (complete) java.util.Arrays.fill(out, filled, filled + count, in(at))
        at += 1
        if (complete) filled += count
      } else if (head >= 0) {
        val count = math.min(head + 1, out.length - filled)
        complete = at + count <= to
        if (complete) {
          System.arraycopy(in, at, out, filled, count)
          at += count
          filled += count
        }
      }
    }
    filled
  }
}
