package vitscale.image.png

import java.nio.ByteBuffer
import java.nio.charset.StandardCharsets.{ISO_8859_1, UTF_8}
import java.nio.charset.{CharacterCodingException, CodingErrorAction}

import scala.collection.mutable

import vitscale.ImageException

/** The texts of a PNG (tEXt, zTXt and iTXt), where programs also store EXIF and XMP, and its EXIF block (eXIf). As in
  * Pillow's `info`, a later entry replaces an earlier one with the same keyword.
  */
final private[png] class PngTexts(zlib: PngZlib) {
  import PngTexts._

  private var characters = 0L

  /** Texts by keyword (decoded), and blocks of bytes. */
  private val texts = mutable.Map.empty[String, String]
  private val blocks = mutable.Map.empty[String, Array[Byte]]

  /** The EXIF data as `Image.getexif` looks for them.
    *
    * @throws ImageException
    *   where Pillow fails: they are a text, or no hexadecimal numbers
    */
  def exif: Option[Array[Byte]] =
    if (texts.contains("exif")) throw new ImageException("damaged: its EXIF data are a text")
    else
      blocks.get("exif").orElse(texts.get("Raw profile type exif").map(fromHexadecimal))

  /** The XMP packet as Pillow's `Image.getexif` looks for it.
    *
    * @throws ImageException
    *   where Pillow fails: the packet is a text of another chunk
    */
  def xmp: Option[Array[Byte]] =
    texts.get("XML:com.adobe.xmp").filter(_.nonEmpty).map(_.getBytes(UTF_8)).orElse {
      if (texts.get("xmp").exists(_.nonEmpty)) throw new ImageException("damaged: its XMP data are a text")
      else blocks.get("xmp")
    }

  /** Takes in an eXIf chunk (PNG extensions 1.5.0). */
  def addExif(content: Array[Byte]): Unit = put("exif", content)

  /** Takes in a tEXt chunk (PNG specification, section 11.3.4.3).
    *
    * @throws ImageException
    *   if the texts are larger than Pillow's limit
    */
  def addPlain(content: Array[Byte]): Unit = {
    val (keyword, rest) = split(content)
    if (keyword == "exif") put(keyword, rest)
    else if (keyword.nonEmpty) put(keyword, new String(rest, ISO_8859_1))
  }

  /** Takes in a zTXt chunk (PNG specification, section 11.3.4.4).
    *
    * @throws ImageException
    *   if its compression is unknown, or the texts are larger than Pillow's limit
    */
  def addCompressed(content: Array[Byte]): Unit = {
    val (keyword, rest) = split(content)
    if (rest.nonEmpty && rest(0) != 0)
      throw new ImageException("damaged: unknown compression method in its zTXt chunk")
    val text = zlib.inflated(rest.drop(1)).getOrElse(Array.empty[Byte])
    if (keyword.nonEmpty) put(keyword, new String(text, ISO_8859_1))
  }

  /** Takes in an iTXt chunk (PNG specification, section 11.3.4.5); Pillow passes over damaged ones.
    *
    * @throws ImageException
    *   if the texts are larger than Pillow's limit
    */
  def addInternational(content: Array[Byte]): Unit = {
    val (keyword, rest) = split(content)
    val language = rest.indexOf(0.toByte, 2)
    val translated = if (language < 0) -1 else rest.indexOf(0.toByte, language + 1)
    if (rest.length >= 2 && translated >= 0) {
      val stored = rest.drop(translated + 1)
      val text = if (rest(0) == 0) Some(stored) else if (rest(1) == 0) zlib.inflated(stored) else None
      text.foreach { bytes =>
        if (keyword == "XML:com.adobe.xmp") put("xmp", bytes)
        val names = rest.slice(2, language) ++ rest.slice(language + 1, translated)
        utf8(names).flatMap(_ => utf8(bytes)).foreach(put(keyword, _))
      }
    }
  }

  private def put(keyword: String, block: Array[Byte]): Unit = {
    blocks(keyword) = block
    texts -= keyword
  }

  private def put(keyword: String, text: String): Unit = {
    texts(keyword) = text
    blocks -= keyword
    characters += text.codePointCount(0, text.length)
    if (characters > MostCharacters)
      throw new ImageException(s"its texts have more than $MostCharacters characters")
  }

  /** EXIF as ImageMagick stores it: a text whose fourth line and the following are the block in hexadecimal. */
  private def fromHexadecimal(text: String): Array[Byte] = {
    val pairs = text.split("\n", -1).drop(3).mkString.trim
    if (!Hexadecimal.pattern.matcher(pairs).matches)
      throw new ImageException("damaged: its EXIF data are no hexadecimal numbers")
    pairs.filterNot(_.isWhitespace).grouped(2).map(Integer.parseInt(_, 16).toByte).toArray
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
}

private[png] object PngTexts {

  private val Hexadecimal = "(?:[0-9a-fA-F]{2}\\s*+)*+".r

  /** Pillow's `MAX_TEXT_MEMORY`: most characters of all texts. */
  private val MostCharacters = 64L << 20
}
