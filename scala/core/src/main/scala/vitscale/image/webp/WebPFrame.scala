package vitscale.image.webp

import java.awt.image.DataBufferInt
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.nio.{ByteBuffer, ByteOrder}

import com.luciad.imageio.webp.WebPImageReaderSpi

import vitscale.ImageException
import vitscale.image.{ByteArrayImageStream, PackedImage}

/** A still image inside a WebP file: one bitstream, without the alpha channel that may lie beside it.
  *
  * libwebp decodes it (as in Pillow), because no decoder written in Java gives the same pixels.
  *
  * @param left
  *   its place on the canvas, in pixels
  * @param top
  *   its place on the canvas, in pixels
  * @param kind
  *   "VP8 " for lossy, "VP8L" for lossless
  * @param content
  *   the bitstream
  */
final private[webp] class WebPFrame(val left: Int, val top: Int, kind: String, content: Array[Byte]) {

  private val bits = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN)
  private val lossless = kind == "VP8L"

  // Fourteen bits each: in lossless data side by side, less one (RFC 9649, section 3.4); in lossy data with a scale in the bits
  // above (RFC 6386, section 9.1).

  /** Width in pixels, as the bitstream has it. */
  val width: Int = if (lossless) (bits.getInt(1) & 0x3fff) + 1 else bits.getShort(6) & 0x3fff

  /** Height in pixels, as the bitstream has it. */
  val height: Int = if (lossless) (bits.getInt(1) >>> 14 & 0x3fff) + 1 else bits.getShort(8) & 0x3fff

  /** The pixels, without alpha.
    *
    * @throws ImageException
    *   if libwebp refuses the bitstream, or has no build for this machine
    */
  def decode(): PackedImage = {
    val reader = new WebPImageReaderSpi().createReaderInstance()
    try {
      reader.setInput(new ByteArrayImageStream(asFile), true, true)
      reader.read(0).getRaster.getDataBuffer match {
        case pixels: DataBufferInt => packed(pixels.getData)
        case other => throw new ImageException(s"libwebp gave pixels as $other")
      }
    } catch {
      case e: LinkageError =>
        throw new ImageException("libwebp has no build for this operating system and processor", e)
    } finally reader.dispose()
  }

  /** The bitstream in a container of its own. */
  private def asFile: Array[Byte] = {
    val padding = content.length % 2
    val file = ByteBuffer.allocate(20 + content.length + padding).order(ByteOrder.LITTLE_ENDIAN)
    file.put("RIFF".getBytes(ISO_8859_1)).putInt(file.capacity - 8)
    file.put("WEBP".getBytes(ISO_8859_1)).put(kind.getBytes(ISO_8859_1)).putInt(content.length).put(content)
    file.array
  }

  /** libwebp's pixels have alpha on top. */
  private def packed(pixels: Array[Int]): PackedImage = {
    if (pixels.length != width * height) throw new ImageException("damaged: libwebp gave another size")
    new PackedImage(width, height, pixels.map(_ & 0xffffff))
  }
}
