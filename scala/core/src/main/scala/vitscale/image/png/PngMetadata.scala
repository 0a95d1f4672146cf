package vitscale.image.png

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.nio.charset.{CharacterCodingException, CodingErrorAction}
import java.util.zip.{DataFormatException, Inflater}

import scala.collection.mutable

import vitscale.ImageException

/** What a PNG's IHDR chunk says. */
final private[png] case class PngHeader(
    width: Int,
    height: Int,
    depth: Int,
    colorType: Int,
    interlaced: Boolean
)

private[png] object PngHeader {
  val Gray = 0
  val Rgb = 2
  val Palette = 3
  val GrayAlpha = 4
  val RgbAlpha = 6

  /** Bit depths that the PNG specification allows, by colour type. */
  val Depths: Map[Int, Set[Int]] = Map(
    Gray -> Set(1, 2, 4, 8, 16),
    Rgb -> Set(8, 16),
    Palette -> Set(1, 2, 4, 8),
    GrayAlpha -> Set(8, 16),
    RgbAlpha -> Set(8, 16)
  )
}

/** The chunks around a PNG's pixels, with the checks of `PIL.PngImagePlugin.PngStream`: what Pillow refuses there is
  * refused, whether or not the pixels depend on it.
  *
  * @param forgiving
  *   whether short chunks are passed over, as Pillow does with `LOAD_TRUNCATED_IMAGES`
  */
final private[png] class PngMetadata(forgiving: Boolean) {
  import PngMetadata._

  var header: Option[PngHeader] = None

  /** The PLTE chunk of an indexed image: three bytes a colour. */
  var palette: Array[Byte] = Array.empty

  /** Frames that an animation announces; None for a still image. */
  var frames: Option[Long] = None

  /** Whether the image data come after a frame's control chunk, and so are the animation's first frame. */
  var isFirstFrame = false

  /** Whether the last frame's control chunk describes the whole image. */
  var isWholeFrame = true

  private var sequence: Option[Long] = None
  private var textBytes = 0L

  /** Texts by keyword (decoded), and blocks of bytes; a later one replaces an earlier one. */
  private val texts = mutable.Map.empty[String, String]
  private val blocks = mutable.Map.empty[String, Array[Byte]]

  def isAnimated: Boolean = frames.exists(_ + (if (isFirstFrame) 0 else 1) > 1)

  /** Takes in a chunk other than image data.
    *
    * @throws ImageException
    *   where Pillow raises
    */
  def add(kind: String, content: Array[Byte]): Unit = kind match {
    case "IHDR" => readHeader(content)
    case "PLTE" =>
      if (header.exists(_.colorType == PngHeader.Palette)) palette = content.take(content.length / 3 * 3)
    case "tRNS" => checkLength(kind, content, transparencyBytes)
    case "gAMA" => checkLength(kind, content, 4)
    case "cHRM" => checkLength(kind, content, 32)
    case "sRGB" => checkLength(kind, content, 1)
    case "pHYs" => checkLength(kind, content, 9)
    case "iCCP" => checkProfile(content)
    case "eXIf" => put("exif", content)
    case "tEXt" => plainText(content)
    case "zTXt" => compressedText(content)
    case "iTXt" => internationalText(content)
    case "acTL" => animation(content)
    case "fcTL" => frameControl(content)
    case "fdAT" => frameData(content)
    case _ => ()
  }

  /** The EXIF data as `Image.getexif` looks for them. */
  def exif: Option[Array[Byte]] =
    if (texts.contains("exif")) throw new ImageException("damaged: its EXIF data are a text")
    else
      blocks.get("exif").orElse(texts.get("Raw profile type exif").map(fromHexadecimal))

  def xmp: Option[Array[Byte]] =
    texts.get("XML:com.adobe.xmp").filter(_.nonEmpty).map(_.getBytes(UTF_8)).orElse {
      if (texts.get("xmp").exists(_.nonEmpty)) throw new ImageException("damaged: its XMP data are a text")
      else blocks.get("xmp")
    }

  private def put(keyword: String, block: Array[Byte]): Unit = {
    blocks(keyword) = block
    texts -= keyword
  }

  private def put(keyword: String, text: String): Unit = {
    texts(keyword) = text
    blocks -= keyword
    textBytes += text.codePointCount(0, text.length)
    if (textBytes > MostText)
      throw new ImageException(s"its texts have more than $MostText characters")
  }

  /** EXIF as ImageMagick stores it: a text whose fourth line and the following are the block in hexadecimal. */
  private def fromHexadecimal(text: String): Array[Byte] = {
    val pairs = text.split("\n", -1).drop(3).mkString.trim
    if (!Hexadecimal.pattern.matcher(pairs).matches)
      throw new ImageException("damaged: its EXIF data are no hexadecimal numbers")
    pairs.filterNot(_.isWhitespace).grouped(2).map(Integer.parseInt(_, 16).toByte).toArray
  }

  private def checkLength(kind: String, content: Array[Byte], least: Int): Unit =
    if (content.length < least && !forgiving)
      throw new ImageException(s"damaged: its $kind chunk has ${content.length} bytes, expected $least")

  private def transparencyBytes: Int = header.map(_.colorType) match {
    case Some(PngHeader.Gray) => 2
    case Some(PngHeader.Rgb) => 6
    case _ => 0
  }

  private def readHeader(content: Array[Byte]): Unit =
    if (content.length < 13) checkLength("IHDR", content, 13)
    else {
      val buffer = ByteBuffer.wrap(content)
      if (content(11) != 0) throw new ImageException("unknown filter method in the IHDR chunk")
      header = Some(
        PngHeader(
          width = buffer.getInt(0),
          height = buffer.getInt(4),
          depth = content(8).toInt,
          colorType = content(9).toInt,
          interlaced = content(12) != 0
        )
      )
    }

  private def checkProfile(content: Array[Byte]): Unit = {
    val method = content.indexOf(0.toByte) + 1
    if (method >= content.length || content(method) != 0)
      throw new ImageException("damaged: unknown compression method in its iCCP chunk")
    inflated(content.drop(method + 1))
    ()
  }

  private def plainText(content: Array[Byte]): Unit = {
    val (keyword, rest) = split(content)
    if (keyword == "exif") put(keyword, rest)
    else if (keyword.nonEmpty) put(keyword, new String(rest, ISO_8859_1))
  }

  private def compressedText(content: Array[Byte]): Unit = {
    val (keyword, rest) = split(content)
    if (rest.nonEmpty && rest(0) != 0)
      throw new ImageException("damaged: unknown compression method in its zTXt chunk")
    val text = inflated(rest.drop(1)).getOrElse(Array.empty[Byte])
    if (keyword.nonEmpty) put(keyword, new String(text, ISO_8859_1))
  }

  private def internationalText(content: Array[Byte]): Unit = {
    val (keyword, rest) = split(content)
    val language = rest.indexOf(0.toByte, 2)
    val translated = if (language < 0) -1 else rest.indexOf(0.toByte, language + 1)
    if (rest.length >= 2 && translated >= 0) {
      val stored = rest.drop(translated + 1)
      val text = if (rest(0) == 0) Some(stored) else if (rest(1) == 0) inflated(stored) else None
      text.foreach { bytes =>
        if (keyword == "XML:com.adobe.xmp") put("xmp", bytes)
        val names = rest.slice(2, language) ++ rest.slice(language + 1, translated)
        utf8(names).flatMap(_ => utf8(bytes)).foreach(put(keyword, _))
      }
    }
  }

  /** What stands before and behind the first zero; without one, all is keyword. */
  private def split(content: Array[Byte]): (String, Array[Byte]) = {
    val end = content.indexOf(0.toByte)
    if (end < 0) (new String(content, ISO_8859_1), Array.empty)
    else (new String(content, 0, end, ISO_8859_1), content.drop(end + 1))
  }

  private def utf8(bytes: Array[Byte]): Option[String] = {
    val decoder = UTF_8.newDecoder.onMalformedInput(CodingErrorAction.REPORT)
    try Some(decoder.decode(ByteBuffer.wrap(bytes)).toString)
    catch { case _: CharacterCodingException => None }
  }

  /** What zlib makes of a text or profile; None where it is damaged. */
  private def inflated(compressed: Array[Byte]): Option[Array[Byte]] = {
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

  private def animation(content: Array[Byte]): Unit = {
    checkLength("acTL", content, 8)
    if (content.length >= 8)
      if (frames.isDefined) frames = None
      else {
        val count = u32(content, 0)
        if (count > 0 && count <= 0x80000000L) frames = Some(count)
      }
  }

  private def frameControl(content: Array[Byte]): Unit = {
    checkLength("fcTL", content, 26)
    if (content.length >= 26) {
      nextInSequence(content, sequence.fold(0L)(_ + 1))
      val fits = header.exists { image =>
        u32(content, 12) + u32(content, 4) <= image.width && u32(content, 16) + u32(
          content,
          8
        ) <= image.height
      }
      if (!fits) throw new ImageException("damaged: a frame of its animation does not fit the image")
      isFirstFrame = true
      isWholeFrame = header.exists(image => u32(content, 4) == image.width && u32(content, 8) == image.height)
    }
  }

  private def frameData(content: Array[Byte]): Unit = {
    checkLength("fdAT", content, 4)
    if (content.length >= 4) nextInSequence(content, sequence.fold(-1L)(_ + 1))
  }

  private def nextInSequence(content: Array[Byte], expected: Long): Unit = {
    if (u32(content, 0) != expected)
      throw new ImageException("damaged: the frames of its animation are out of sequence")
    sequence = Some(expected)
  }

  private def u32(content: Array[Byte], at: Int): Long = ByteBuffer.wrap(content).getInt(at) & 0xffffffffL
}

private[png] object PngMetadata {

  /** Pillow's `MAX_TEXT_CHUNK`: most bytes of a compressed text once it is decompressed. */
  private val LargestText = 1 << 20

  private val Hexadecimal = "(?:[0-9a-fA-F]{2}\\s*+)*+".r

  /** Pillow's `MAX_TEXT_MEMORY`: most characters of all texts. */
  private val MostText = 64L << 20
}
