package vitscale.image.png

import java.util.zip.{DataFormatException, Inflater}

import vitscale.ImageException

/** Decompresses the texts and the colour profile of a PNG within Pillow's limit.
  *
  * @param forgiving
  *   whether larger ones are cut at the limit, as Pillow does with `LOAD_TRUNCATED_IMAGES`
  */
final private[png] class PngZlib(forgiving: Boolean) {
  import PngZlib._

  /** @return
    *   the text or profile; None where it is damaged
    * @throws ImageException
    *   if it is larger than the limit
    */
  def inflated(compressed: Array[Byte]): Option[Array[Byte]] = {
    val inflater = new Inflater
    try {
      inflater.setInput(compressed)
      val out = new Array[Byte](LargestText)
      var size = 0
      var count = 1
      while (count > 0 && size < out.length) {
        count = inflater.inflate(out, size, out.length - size)
        size += count
      }
      if (size == LargestText && !inflater.finished && inflater.getRemaining > 0 && !forgiving)
        throw new ImageException(s"a text or profile has more than $LargestText bytes when decompressed")
      if (inflater.needsDictionary) None else Some(out.take(size))
    } catch { case _: DataFormatException => None }
    finally inflater.end()
  }
}

private[png] object PngZlib {

  /** Pillow's `MAX_TEXT_CHUNK`: most bytes of a compressed text once it is decompressed. */
  private val LargestText = 1 << 20
}
