package vitscale.image.png

import java.nio.ByteBuffer

import vitscale.ImageException

/** The chunks around a PNG's pixels, with the checks of `PIL.PngImagePlugin.PngStream`: what Pillow refuses there is
  * refused, whether or not the pixels depend on it.
  *
  * @param forgiving
  *   whether short chunks are passed over, as Pillow does with `LOAD_TRUNCATED_IMAGES`
  */
final private[png] class PngMetadata(forgiving: Boolean) {

  /** The IHDR chunk, once it has been read. */
  var header: Option[PngHeader] = None

  /** The PLTE chunk of an indexed image: three bytes a colour. */
  var palette: Array[Byte] = Array.empty

  /** The chunks of an animation. */
  val animation = new PngAnimation

  private val zlib = new PngZlib(forgiving)

  /** Texts, EXIF and XMP. */
  val texts = new PngTexts(zlib)

  /** Takes in a chunk other than image data.
    *
    * @throws ImageException
    *   where Pillow raises
    */
  def add(kind: String, content: Array[Byte]): Unit = kind match {
    case "IHDR" => if (isWhole(kind, content, 13)) readHeader(content)
    case "PLTE" =>
      if (header.exists(_.colorType == PngHeader.Palette)) palette = content.take(content.length / 3 * 3)
    case "tRNS" => requireWhole(kind, content, transparencyBytes)
    case "gAMA" => requireWhole(kind, content, 4)
    case "cHRM" => requireWhole(kind, content, 32)
    case "sRGB" => requireWhole(kind, content, 1)
    case "pHYs" => requireWhole(kind, content, 9)
    case "iCCP" => checkProfile(content)
    case "eXIf" => texts.addExif(content)
    case "tEXt" => texts.addPlain(content)
    case "zTXt" => texts.addCompressed(content)
    case "iTXt" => texts.addInternational(content)
    case "acTL" => if (isWhole(kind, content, 8)) animation.announce(content)
    case "fcTL" => if (isWhole(kind, content, 26)) animation.control(content, header)
    case "fdAT" => if (isWhole(kind, content, 4)) animation.data(content)
    case _ => ()
  }

  /** Whether a chunk has all its fields; a shorter one is refused, or is to be passed over. */
  private def isWhole(kind: String, content: Array[Byte], least: Int): Boolean = {
    requireWhole(kind, content, least)
    content.length >= least
  }

  private def requireWhole(kind: String, content: Array[Byte], least: Int): Unit =
    if (content.length < least && !forgiving)
      throw new ImageException(s"damaged: its $kind chunk has ${content.length} bytes, expected $least")

  private def transparencyBytes: Int = header.map(_.colorType) match {
    case Some(PngHeader.Gray) => 2
    case Some(PngHeader.Rgb) => 6
    case _ => 0
  }

  private def readHeader(content: Array[Byte]): Unit = {
    val buffer = ByteBuffer.wrap(content)
    if (content(11) != 0) throw new ImageException("unknown filter method in the IHDR chunk")
    header = Some(
      PngHeader(
        width = buffer.getInt(0),
        height = buffer.getInt(4),
        depth = content(8).toInt,
        colorType = content(9).toInt,
        interlaced =
          content(12) != 0 || header.exists(_.interlaced) // a second IHDR chunk does not take it back
      )
    )
  }

  private def checkProfile(content: Array[Byte]): Unit = {
    val method = content.indexOf(0.toByte) + 1
    if (method >= content.length || content(method) != 0)
      throw new ImageException("damaged: unknown compression method in its iCCP chunk")
    zlib.inflated(content.drop(method + 1))
    ()
  }
}
