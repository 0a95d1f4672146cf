package vitscale.image.tiff

import vitscale.ImageException
import vitscale.image.Truncated
import vitscale.image.jpeg.{JpegColor, JpegFrame, JpegHeader, JpegScans}

/** JPEG inside TIFF (Technical Note 2): each strip or tile is a JPEG, which can lack the tables that all share.
  *
  * @param samples
  *   components of each JPEG
  */
final private[tiff] class TiffJpeg(fields: TiffDirectory, layout: TiffLayout, width: Int, samples: Int)
    extends TiffSegmentCodec {
  import TiffJpeg._

  /** libtiff lets libjpeg turn YCbCr into RGB; all other components are taken as they are. */
  private val isYcc = layout.photometric == TiffLayout.YCbCr && !layout.planar

  private val tables: Array[Byte] = fields.raw(TiffTag.JpegTables).fold(Array.emptyByteArray) { stream =>
    val end = if (stream.endsWith(EndOfImage)) stream.length - 2 else stream.length
    stream.slice(2, end)
  }

  def keepsPart: Boolean = false

  def decode(in: Array[Byte], from: Int, to: Int, rows: Int, out: Array[Byte]): Int = {
    if (layout.bits.exists(_ != 8))
      throw new ImageException("JPEG compression with samples of other than 8 bits is not read")
    val stream = in.slice(from, to)
    if (!stream.startsWith(StartOfImage)) throw new ImageException("damaged: a strip or tile is no JPEG")
    val file = StartOfImage ++ tables ++ stream.drop(2)
    val header = JpegHeader.read(file)
    refuseOther(header.frame, rows)
    val pixels = new JpegScans(file, header, Truncated.Error).samples.getOrElse(Array.emptyByteArray)
    if (isYcc) JpegColor.yccToRgb(pixels, samples)
    val bytes = math.min(pixels.length, out.length)
    System.arraycopy(pixels, 0, out, 0, bytes)
    bytes
  }

  private def refuseOther(frame: JpegFrame, rows: Int): Unit = {
    if (frame.components.length != samples)
      throw new ImageException(s"damaged: a JPEG of ${frame.components.length} components, expected $samples")
    if (frame.width != width || frame.height < rows)
      throw new ImageException(
        s"damaged: a JPEG of ${frame.width}x${frame.height} pixels, expected ${width}x$rows"
      )
    val subsampled = if (isYcc) frame.components.drop(1) else frame.components
    if (subsampled.exists(component => component.horizontal != 1 || component.vertical != 1))
      throw new ImageException("damaged: the sampling factors of a JPEG")
  }
}

private object TiffJpeg {
  private val StartOfImage = Array(0xff.toByte, 0xd8.toByte)
  private val EndOfImage = Array(0xff.toByte, 0xd9.toByte)
}
