package vitscale.runtime

import java.io.ByteArrayInputStream
import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.ISO_8859_1
import java.util.zip.{CRC32, InflaterInputStream}

import vitscale.ImageException

/** What a PNG's IHDR chunk says. */
final private[runtime] case class PngHeader(
    width: Int,
    height: Int,
    depth: Int,
    colorType: Int,
    interlaced: Boolean
)

private[runtime] object PngHeader {
  val Gray = 0
  val Rgb = 2
  val Palette = 3
  val GrayAlpha = 4
  val RgbAlpha = 6
}

/** The chunks of a PNG that matter for its pixels and for which way up it is.
  *
  * @param palette
  *   the PLTE chunk: three bytes a colour
  * @param imageData
  *   where the content of each IDAT chunk starts and ends in the file; the last may be cut off
  */
final private[runtime] class PngChunks(
    val file: Array[Byte],
    val header: PngHeader,
    val palette: Array[Byte],
    val imageData: Seq[(Int, Int)],
    val exif: Option[Array[Byte]],
    val xmp: Option[Array[Byte]]
) {
  def hasImageData: Boolean = imageData.nonEmpty
}

private[runtime] object PngChunks {

  /** Pillow's limit on a compressed text once it is decompressed. */
  private val LargestText = 1 << 20

  private val XmpKeyword = "XML:com.adobe.xmp"
  private val ExifKeyword = "Raw profile type exif"

  private case class Chunk(kind: String, start: Int, end: Int, whole: Boolean)

  /** @throws ImageException
    *   when the header is missing, or a checksum before the image data is wrong (later ones Pillow does not check)
    */
  def read(file: Array[Byte], start: Int): PngChunks = {
    val chunks = list(file, start)
    val beforeImage = chunks.takeWhile(_.kind != "IDAT")
    beforeImage.foreach(checkSum(file, _))
    val imageData = chunks.drop(beforeImage.length).takeWhile(_.kind == "IDAT")
    val metadata = chunks.filter(chunk => chunk.whole && chunk.kind != "IDAT")
    new PngChunks(
      file,
      header = beforeImage
        .find(_.kind == "IHDR")
        .map(header(file, _))
        .getOrElse(
          throw new ImageException("truncated: no IHDR chunk before the image data")
        ),
      palette = beforeImage.find(_.kind == "PLTE").fold(Array.empty[Byte])(content(file, _)),
      imageData = imageData.map(chunk => (chunk.start, chunk.end)),
      exif = metadata.find(_.kind == "eXIf").map(content(file, _)).orElse(rawProfile(file, metadata)),
      xmp = metadata.filter(_.kind == "iTXt").flatMap(xmp(file, _)).headOption
    )
  }

  private def list(file: Array[Byte], start: Int): Seq[Chunk] = {
    val buffer = ByteBuffer.wrap(file)
    val chunks = Seq.newBuilder[Chunk]
    var at = start.toLong
    while (at + 8 <= file.length) {
      val length = buffer.getInt(at.toInt) & 0xffffffffL
      val content = at + 8
      val end = math.min(content + length, file.length.toLong)
      val kind = new String(file, at.toInt + 4, 4, ISO_8859_1)
      chunks += Chunk(kind, content.toInt, end.toInt, whole = content + length + 4 <= file.length)
      at = if (kind == "IEND") file.length.toLong else content + length + 4
    }
    chunks.result()
  }

  private def checkSum(file: Array[Byte], chunk: Chunk): Unit = {
    if (!chunk.whole) throw new ImageException(s"truncated: the file ends inside its ${chunk.kind} chunk")
    val sum = new CRC32
    sum.update(file, chunk.start - 4, chunk.end - chunk.start + 4)
    if (sum.getValue.toInt != ByteBuffer.wrap(file).getInt(chunk.end))
      throw new ImageException(s"damaged: wrong checksum in its ${chunk.kind} chunk")
  }

  private def header(file: Array[Byte], chunk: Chunk): PngHeader = {
    if (chunk.end - chunk.start < 13) throw new ImageException("the IHDR chunk is too short")
    val buffer = ByteBuffer.wrap(file)
    if (file(chunk.start + 11) != 0) throw new ImageException("unknown filter method in the IHDR chunk")
    PngHeader(
      width = buffer.getInt(chunk.start),
      height = buffer.getInt(chunk.start + 4),
      depth = file(chunk.start + 8).toInt,
      colorType = file(chunk.start + 9).toInt,
      interlaced = file(chunk.start + 12) != 0
    )
  }

  private def content(file: Array[Byte], chunk: Chunk): Array[Byte] = file.slice(chunk.start, chunk.end)

  /** EXIF as ImageMagick stores it: a text whose fourth line and the following are the block in hexadecimal. */
  private def rawProfile(file: Array[Byte], chunks: Seq[Chunk]): Option[Array[Byte]] =
    chunks
      .collectFirst {
        case chunk if chunk.kind == "zTXt" && text(file, chunk, ExifKeyword).isDefined =>
          inflated(text(file, chunk, ExifKeyword).get.drop(1))
        case chunk if chunk.kind == "tEXt" && text(file, chunk, ExifKeyword).isDefined =>
          text(file, chunk, ExifKeyword).get
      }
      .map { profile =>
        val digits =
          new String(profile, ISO_8859_1).split("\n", -1).drop(3).mkString.filterNot(_.isWhitespace)
        digits.grouped(2).filter(_.length == 2).map(Integer.parseInt(_, 16).toByte).toArray
      }

  private def xmp(file: Array[Byte], chunk: Chunk): Option[Array[Byte]] =
    text(file, chunk, XmpKeyword).filter(_.length > 2).map { rest =>
      val compressed = rest(0) != 0
      val language = rest.indexOf(0.toByte, 2)
      val keyword = rest.indexOf(0.toByte, language + 1)
      if (compressed) inflated(rest.drop(keyword + 1)) else rest.drop(keyword + 1)
    }

  /** What follows a text chunk's keyword, if it has this one. */
  private def text(file: Array[Byte], chunk: Chunk, keyword: String): Option[Array[Byte]] = {
    val name = keyword.getBytes(ISO_8859_1) :+ 0.toByte
    if (file.startsWith(name, chunk.start) && chunk.start + name.length <= chunk.end)
      Some(file.slice(chunk.start + name.length, chunk.end))
    else None
  }

  private def inflated(compressed: Array[Byte]): Array[Byte] =
    new InflaterInputStream(new ByteArrayInputStream(compressed)).readNBytes(LargestText)
}
