package vitscale.image.webp

import java.awt.image.DataBufferInt
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.nio.{ByteBuffer, ByteOrder}

import com.luciad.imageio.webp.WebPImageReaderSpi

import vitscale.ImageException
import vitscale.image.{ByteArrayImageStream, PackedImage}

/** A still image inside a WebP file: one bitstream, and the alpha channel that may lie beside it.
  *
  * libwebp decodes it (as in Pillow), because no decoder written in Java gives the same pixels. The alpha channel changes no
  * pixel, but libwebp refuses a frame with a damaged one.
  *
  * @param left
  *   its place on the canvas, in pixels
  * @param top
  *   its place on the canvas, in pixels
  * @param kind
  *   "VP8 " for lossy, "VP8L" for lossless
  * @param content
  *   the bitstream
  * @param alpha
  *   content of the chunk ALPH
  * @throws vitscale.ImageException
  *   if the header of the bitstream is one that libwebp refuses (`VP8GetInfo`, `VP8LGetInfo`)
  */
final private[webp] class WebPFrame(
    val left: Int,
    val top: Int,
    kind: String,
    content: Array[Byte],
    alpha: Option[Array[Byte]]
) {

  private val bits = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN)
  private val lossless = kind == "VP8L"

  if (!(if (lossless) isLosslessHeader else isLossyHeader))
    throw new ImageException("damaged: the header of its image data")

  // Fourteen bits each: in lossless data side by side, less one (RFC 9649, section 3.4); in lossy data with a scale in the bits
  // above (RFC 6386, section 9.1).

  /** Width in pixels, as the bitstream has it. */
  val width: Int = if (lossless) (bits.getInt(1) & 0x3fff) + 1 else bits.getShort(6) & 0x3fff

  /** Height in pixels, as the bitstream has it. */
  val height: Int = if (lossless) (bits.getInt(1) >>> 14 & 0x3fff) + 1 else bits.getShort(8) & 0x3fff

  if (width == 0 || height == 0) throw new ImageException(s"damaged: a frame of ${width}x$height pixels")

  private def isLosslessHeader: Boolean =
    content.length >= 5 && content(0) == 0x2f && (content(4) & 0xe0) == 0

  /** A visible key frame of a known profile, whose first partition is shorter than the data. */
  private def isLossyHeader: Boolean = content.length >= 10 && {
    val tag = bits.getInt(0) & 0xffffff
    (tag & 1) == 0 && (tag >> 1 & 7) <= 3 && (tag >> 4 & 1) == 1 && tag >> 5 < content.length &&
    content(3) == 0x9d.toByte && content(4) == 1 && content(5) == 0x2a
  }

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

  /** The frame as a file of its own. */
  private def asFile: Array[Byte] = {
    val chunks = alpha.fold(Array.empty[Byte]) { channel =>
      chunk("VP8X", canvasWithAlpha) ++ chunk("ALPH", channel)
    } ++ chunk(kind, content)
    val file = ByteBuffer.allocate(12 + chunks.length).order(ByteOrder.LITTLE_ENDIAN)
    file
      .put("RIFF".getBytes(ISO_8859_1))
      .putInt(file.capacity - 8)
      .put("WEBP".getBytes(ISO_8859_1))
      .put(chunks)
    file.array
  }

  private def canvasWithAlpha: Array[Byte] = {
    val header = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putInt(0x10)
    Seq(width, height).foreach(edge => header.putShort((edge - 1).toShort).put(0.toByte))
    header.array
  }

  private def chunk(name: String, content: Array[Byte]): Array[Byte] = {
    val bytes = ByteBuffer.allocate(8 + content.length + content.length % 2).order(ByteOrder.LITTLE_ENDIAN)
    bytes.put(name.getBytes(ISO_8859_1)).putInt(content.length).put(content).array
  }

  /** libwebp's pixels have alpha on top. */
  private def packed(pixels: Array[Int]): PackedImage = {
    if (pixels.length != width * height) throw new ImageException("damaged: libwebp gave another size")
    new PackedImage(width, height, pixels.map(_ & 0xffffff))
  }
}
