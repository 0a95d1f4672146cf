package vitscale.image.webp

import java.nio.charset.StandardCharsets.ISO_8859_1
import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException
import vitscale.image.{EncodedImage, ImageFormat, Orientation, PackedImage}

/** WebP, lossy and lossless; of an animation the first frame, on a black canvas.
  *
  * Source of the rules: Pillow's `WebPImagePlugin.py` and libwebp's `WebPAnimDecoder`; chunks are those of the WebP container
  * specification (RFC 9649, section 2).
  */
private[image] object WebPFormat extends ImageFormat {

  val name = "WebP"

  private val FileHeader = 12
  private val ChunkHeader = 8

  /** A chunk of the RIFF container: where its content starts and ends. */
  private case class Chunk(kind: String, start: Int, end: Int)

  def recognises(file: Array[Byte]): Boolean =
    file.startsWith("RIFF".getBytes(ISO_8859_1)) && file.startsWith("WEBP".getBytes(ISO_8859_1), 8)

  def open(file: Array[Byte]): EncodedImage = {
    val buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)
    val end = ChunkHeader + (buffer.getInt(4) & 0xffffffffL)
    if (end > file.length) throw new ImageException(s"truncated: $end bytes announced, ${file.length} there")
    val chunks = list(buffer, FileHeader, end.toInt)
    val frame = firstFrame(buffer, chunks)
    val canvas =
      chunks.find(_.kind == "VP8X").fold((frame.left + frame.width, frame.top + frame.height)) { header =>
        (u24(buffer, header.start + 4) + 1, u24(buffer, header.start + 7) + 1)
      }
    def metadata(kind: String): Option[Array[Byte]] =
      chunks.find(_.kind == kind).map(chunk => file.slice(chunk.start, chunk.end))
    new WebPImage(canvas._1, canvas._2, frame, Orientation.find(metadata("EXIF"), metadata("XMP ")))
  }

  private def list(file: ByteBuffer, start: Int, end: Int): Seq[Chunk] = {
    val chunks = Seq.newBuilder[Chunk]
    var at = start.toLong
    while (at + ChunkHeader <= end) {
      val content = at.toInt + ChunkHeader
      val length = file.getInt(at.toInt + 4) & 0xffffffffL
      val kind = new String(file.array, at.toInt, 4, ISO_8859_1)
      if (content + length > end) throw new ImageException(s"truncated: the file ends inside its $kind chunk")
      chunks += Chunk(kind, content, content + length.toInt)
      at = content + length + length % 2
    }
    chunks.result()
  }

  /** The image's own bitstream, or that of the first animation frame (ANMF: 16 bytes, then chunks). */
  private def firstFrame(file: ByteBuffer, chunks: Seq[Chunk]): WebPFrame = {
    val animated = chunks.find(_.kind == "ANMF")
    val (left, top) =
      animated.fold((0, 0))(frame => (u24(file, frame.start) * 2, u24(file, frame.start + 3) * 2))
    val candidates = animated.fold(chunks)(frame => list(file, frame.start + 16, frame.end))
    val bitstream = candidates
      .find(chunk => chunk.kind == "VP8 " || chunk.kind == "VP8L")
      .getOrElse(throw new ImageException("truncated: no image data in the file"))
    new WebPFrame(left, top, bitstream.kind, file.array.slice(bitstream.start, bitstream.end))
  }

  private def u24(file: ByteBuffer, at: Int): Int =
    file.getShort(at) & 0xffff | (file.get(at + 2) & 0xff) << 16
}

/** A frame on its canvas, both sizes in pixels; what the frame does not cover is black. */
final private class WebPImage(val width: Int, val height: Int, frame: WebPFrame, val orientation: Int)
    extends EncodedImage {

  def decode(): PackedImage = {
    if (frame.left + frame.width > width || frame.top + frame.height > height)
      throw new ImageException("damaged: the frame does not fit the canvas")
    val image = frame.decode()
    if (image.width == width && image.height == height) image
    else {
      val canvas = new Array[Int](Math.multiplyExact(width, height))
      for (y <- 0 until image.height)
        System.arraycopy(
          image.words,
          y * image.width,
          canvas,
          (frame.top + y) * width + frame.left,
          image.width
        )
      new PackedImage(width, height, canvas)
    }
  }
}
