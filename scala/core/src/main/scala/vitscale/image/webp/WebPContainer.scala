package vitscale.image.webp

import java.nio.charset.StandardCharsets.ISO_8859_1
import java.nio.{ByteBuffer, ByteOrder}

import vitscale.ImageException

/** What a WebP file contains: its canvas in pixels, the first frame on it, and the metadata that its header announces. */
final private[webp] case class WebPContainer(
    width: Int,
    height: Int,
    frame: WebPFrame,
    exif: Option[Array[Byte]],
    xmp: Option[Array[Byte]]
)

/** Reads the chunks of a file (RFC 9649, section 2) by the rules of libwebp's `src/demux/demux.c`, with which Pillow opens it.
  *
  * What is refused there is refused here, also in frames that are not shown. Metadata that the header does not announce
  * does not count: its orientation turns no image.
  */
private[webp] object WebPContainer {

  private val FileHeader = 12
  private val ChunkHeader = 8
  private val CanvasBytes = 10
  private val AnimationBytes = 6
  private val FrameBytes = 16

  private val Animated = 0x02
  private val HasXmp = 0x04
  private val HasExif = 0x08
  private val HasAlpha = 0x10
  private val AllFlags = 0x3e

  /** @throws ImageException
    *   where libwebp does not open the file
    */
  def read(file: Array[Byte]): WebPContainer = new Walk(file).result()

  /** A chunk: where its content starts and ends, and where the next one starts. */
  final private case class Chunk(kind: String, start: Int, end: Int) {
    def next: Int = end + (end - start) % 2
  }

  /** The chunks of a frame at its place on the canvas. */
  final private case class Frame(image: Option[Chunk], alpha: Option[Chunk], left: Int = 0, top: Int = 0)

  final private class Walk(file: Array[Byte]) {
    private val buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN)
    private val end = {
      val announced = ChunkHeader + (buffer.getInt(4) & 0xffffffffL)
      if (announced > file.length)
        throw new ImageException(s"truncated: $announced bytes announced, ${file.length} there")
      announced.toInt
    }
    private var at = FileHeader
    private var frames = Vector.empty[Frame]
    private var hasAnimation = false
    private var metadata = Map.empty[String, Array[Byte]]

    def result(): WebPContainer = {
      val first = nextChunk()
      first.kind match {
        case "VP8 " | "VP8L" => simple(bitstream(frameChunks().copy(alpha = None)))
        case "VP8X" => extended(first)
        case kind => damaged(s"its first chunk is '$kind'")
      }
    }

    private def simple(frame: WebPFrame) = WebPContainer(frame.width, frame.height, frame, None, None)

    private def extended(header: Chunk): WebPContainer = {
      if (header.end - header.start != CanvasBytes) damaged("the length of its VP8X chunk is wrong")
      val flags = file(header.start) & 0xff
      if ((flags & ~AllFlags) != 0) damaged(f"its VP8X chunk has the flags 0x$flags%02x")
      at = header.next
      nextChunk()
      while (hasMore) chunk(flags)
      val (width, height) = (u24(header.start + 4) + 1, u24(header.start + 7) + 1)
      val found = frames.map(bitstream)
      found.foreach { frame =>
        val isWhole = frame.width == width && frame.height == height
        val fits = frame.left + frame.width <= width && frame.top + frame.height <= height
        if (!fits || !isWhole && (flags & Animated) == 0)
          damaged(s"a frame of ${frame.width}x${frame.height} on a canvas of ${width}x$height")
      }
      val shown = found.headOption.getOrElse(throw new ImageException("truncated: no image data in the file"))
      WebPContainer(width, height, shown, metadata.get("EXIF"), metadata.get("XMP "))
    }

    /** Takes in the next chunk of an extended file. */
    private def chunk(flags: Int): Unit = {
      val next = nextChunk()
      next.kind match {
        case "VP8X" => damaged("it has two VP8X chunks")
        case "ALPH" | "VP8 " | "VP8L" =>
          if ((flags & Animated) != 0 || hasAnimation || frames.nonEmpty)
            damaged(s"its ${next.kind} chunk is out of place")
          val still = frameChunks()
          frames :+= (if ((flags & HasAlpha) == 0) still.copy(alpha = None) else still)
        case "ANIM" =>
          if (!hasAnimation && next.next - next.start < AnimationBytes) damaged("its ANIM chunk is too short")
          hasAnimation = true
          at = next.next
        case "ANMF" => animationFrame(next, (flags & Animated) != 0)
        case kind =>
          val counts = kind == "EXIF" && (flags & HasExif) != 0 || kind == "XMP " && (flags & HasXmp) != 0
          if (counts && !metadata.contains(kind)) metadata += kind -> file.slice(next.start, next.end)
          at = next.next
      }
    }

    private def animationFrame(chunk: Chunk, isAnimated: Boolean): Unit = {
      if (!hasAnimation) damaged("a frame comes before its ANIM chunk")
      if (chunk.next - chunk.start < FrameBytes) damaged("its ANMF chunk is too short")
      at = chunk.start + FrameBytes
      if (end - at < ChunkHeader) damaged("its last frame is empty")
      val found = frameChunks()
      if (at > chunk.next) damaged("the chunks of a frame are longer than the frame")
      if (isAnimated && (found.image.nonEmpty || found.alpha.nonEmpty))
        frames :+= found.copy(left = 2 * u24(chunk.start), top = 2 * u24(chunk.start + 3))
    }

    /** Reads the chunks of one frame, and stops at the first that does not belong to it. */
    private def frameChunks(): Frame = {
      var frame = Frame(None, None)
      var going = true
      while (going) {
        val chunk = nextChunk()
        chunk.kind match {
          case "ALPH" if frame.alpha.isEmpty => frame = frame.copy(alpha = Some(chunk))
          case "VP8L" if frame.alpha.nonEmpty => damaged("lossless data beside an alpha channel")
          case "VP8 " | "VP8L" if frame.image.isEmpty => frame = frame.copy(image = Some(chunk))
          case _ => going = false
        }
        if (going) {
          at = chunk.next
          going = hasMore
        }
      }
      frame
    }

    private def bitstream(frame: Frame): WebPFrame = {
      val image = frame.image.getOrElse(damaged("a frame has no image data"))
      if (frame.alpha.exists(_.start > image.start)) damaged("an alpha channel comes behind its image")
      def content(chunk: Chunk) = file.slice(chunk.start, chunk.end)
      new WebPFrame(frame.left, frame.top, image.kind, content(image), frame.alpha.map(content))
    }

    private def hasMore: Boolean = at < end

    /** The chunk at the current place, which stays there. */
    private def nextChunk(): Chunk = {
      if (at + ChunkHeader > end)
        throw new ImageException("truncated: the file ends inside the header of a chunk")
      val kind = new String(file, at, 4, ISO_8859_1)
      val start = at + ChunkHeader
      val length = buffer.getInt(at + 4) & 0xffffffffL
      if (start + length + length % 2 > end)
        throw new ImageException(s"truncated: the file ends inside its $kind chunk")
      Chunk(kind, start, start + length.toInt)
    }

    private def u24(place: Int): Int = buffer.getShort(place) & 0xffff | (file(place + 2) & 0xff) << 16

    private def damaged(what: String): Nothing = throw new ImageException(s"damaged: $what")
  }
}
