package vitscale.image.png

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.util.zip.CRC32

import vitscale.ImageException

/** Walks over the chunks of a PNG as Pillow does: those before the image data, the data, those behind.
  *
  * @param forgiving
  *   whether truncated files are filled
  */
final private[png] class PngChunks(file: Array[Byte], start: Int, forgiving: Boolean) {

  private val buffer = ByteBuffer.wrap(file)

  /** What the chunks around the image data say. */
  val metadata = new PngMetadata(forgiving)

  /** Place of the next chunk's length, or of the checksum before it while the data are read. */
  private var at = start.toLong

  /** Rest of the IDAT chunk that is being read. */
  private var left = 0L
  private var hasData = false

  /** Reads the chunks before the image data, whose checksums must be right.
    *
    * @throws ImageException
    *   where Pillow refuses to open the file
    */
  def readHeader(): PngHeader = {
    var kind = ""
    while (kind != "IDAT" && kind != "IEND") {
      if (at + 8 > file.length) throw new ImageException("truncated: the file ends before its image data")
      kind = kindAt(at)
      if (!isAscii(at + 4)) throw new ImageException("damaged: the name of a chunk is not in ASCII")
      val content = at + 8
      if (kind == "fdAT") throw new ImageException("an animation without a still image is not supported")
      if (kind != "IDAT" && kind != "IEND") {
        metadata.add(kind, contentOf(kind, content))
        checkSum(kind, content)
      } else if (kind == "IDAT") {
        hasData = true
        left = lengthAt(at)
        at = content
      }
    }
    if (!metadata.animation.isWholeFrame)
      throw new ImageException("an animation whose first frame is a part of the image is not supported")
    metadata.header.getOrElse(throw new ImageException("damaged: no IHDR chunk before the image data"))
  }

  /** Whether an IDAT chunk has begun. */
  def hasImageData: Boolean = hasData

  /** The next portion of compressed data, as `PngImageFile.load_read` hands it over: start and end in the file.
    *
    * @return
    *   None where there are no more
    */
  def nextData(): Option[(Int, Int)] = {
    var going = true
    while (going && left == 0) {
      val next = at + 4 // behind the checksum
      going = next + 8 <= file.length && PngChunks.Data(kindAt(next))
      if (going) {
        left = lengthAt(next)
        at = next + 8
      }
    }
    val size = math.min(math.min(left, PngChunks.Portion), math.max(0L, file.length - at)).toInt
    if (!going || size == 0) None
    else {
      val from = at.toInt
      at += size
      left -= size
      Some((from, from + size))
    }
  }

  /** Reads the chunks behind the image data; their checksums Pillow passes over. */
  def readRest(): Unit = {
    at += left
    val isAnimated = metadata.animation.isAnimated
    var going = true
    while (going) {
      val next = at + 4
      val isChunk = next + 8 <= file.length && (if (forgiving) isAscii(next + 4) else isName(next + 4))
      val kind = if (isChunk) kindAt(next) else "IEND"
      going = kind != "IEND" && !(kind == "fcTL" && isAnimated)
      if (going) {
        at = next
        val isCut = next + 8 + lengthAt(next) > file.length
        going = !(isCut && forgiving && (kind == "IDAT" || kind == "fdAT"))
        if (going) {
          val data = contentOf(kind, next + 8)
          if (kind != "IDAT") metadata.add(kind, data)
        }
      }
    }
  }

  private def lengthAt(place: Long): Long = buffer.getInt(place.toInt) & 0xffffffffL

  private def isName(place: Long): Boolean =
    (0 until 4).forall { i =>
      val letter = file(place.toInt + i).toChar
      letter < 128 && (letter.isLetterOrDigit || letter == '_')
    }

  private def isAscii(place: Long): Boolean = (0 until 4).forall(i => file(place.toInt + i) >= 0)

  private def kindAt(place: Long): String = {
    val kind = new String(file, place.toInt + 4, 4, ISO_8859_1)
    if (!isName(place + 4) && !forgiving) throw new ImageException("damaged: a chunk has no name")
    kind
  }

  /** A chunk's content; moves behind it. */
  private def contentOf(kind: String, content: Long): Array[Byte] = {
    val end = content + lengthAt(content - 8)
    if (end > file.length) throw new ImageException(s"truncated: the file ends inside its $kind chunk")
    at = end
    file.slice(content.toInt, end.toInt)
  }

  /** Compares a chunk's checksum; moves behind it. */
  private def checkSum(kind: String, content: Long): Unit = {
    val isAncillary = (kind.charAt(0) & 0x20) != 0
    if (!(forgiving && isAncillary)) {
      if (at + 4 > file.length) throw new ImageException(s"truncated: the file ends inside its $kind chunk")
      val sum = new CRC32
      sum.update(file, content.toInt - 4, (at - content).toInt + 4)
      if (sum.getValue.toInt != buffer.getInt(at.toInt))
        throw new ImageException(s"damaged: wrong checksum in its $kind chunk")
    }
    at += 4
  }
}

private[png] object PngChunks {

  /** Pillow's `ImageFile.MAXBLOCK`. */
  private val Portion = 65536L

  /** Chunks in which the data go on; the second is MNG's. */
  private val Data = Set("IDAT", "DDAT")
}
