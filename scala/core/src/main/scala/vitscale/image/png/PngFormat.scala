package vitscale.image.png

import vitscale.ImageException
import vitscale.image.{EncodedImage, ImageFormat, Orientation, RgbImage, Truncated}

/** PNG of every colour type and bit depth, interlaced or not; of an animation the still image.
  *
  * Source of the rules: `PngStream` and `PngImageFile` in Pillow's `PngImagePlugin.py`, and its `ZipDecode.c`. The format is the
  * W3C's PNG specification, second edition.
  *
  * Done here and not by the JVM's reader, whose notion of 16-bit gray, of transparency and of a damaged file is another
  * than Pillow's.
  */
abstract private[png] class PngFiles(truncated: Truncated) extends ImageFormat {

  val name = "PNG"

  private val Signature = Array(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n').map(_.toByte)

  def recognises(file: Array[Byte]): Boolean = file.startsWith(Signature)

  def open(file: Array[Byte]): EncodedImage = {
    val forgiving = truncated == Truncated.Gray
    val chunks = new PngChunks(file, Signature.length, forgiving)
    val header = chunks.readHeader()
    if (!PngHeader.Depths.get(header.colorType).exists(_(header.depth)))
      throw new ImageException(
        s"colour type ${header.colorType} with ${header.depth} bits is not in the PNG specification"
      )
    val colors = chunks.metadata.palette.length / 3
    if (colors > 256) throw new ImageException(s"damaged: a palette of $colors colours, the most is 256")
    new PngImage(file, chunks, header, forgiving)
  }
}

/** PNG whose truncated files are refused, as Pillow does by default. */
private[image] object PngFormat extends PngFiles(Truncated.Error) {
  override def filled: Option[ImageFormat] = Some(FilledPngFormat)
}

/** PNG whose truncated files are filled with black, as Pillow does with `LOAD_TRUNCATED_IMAGES`. */
private[png] object FilledPngFormat extends PngFiles(Truncated.Gray)

/** A PNG whose chunks before the image data have been read.
  *
  * @param forgiving
  *   whether rows that cannot be read are filled
  */
final private class PngImage(file: Array[Byte], chunks: PngChunks, header: PngHeader, forgiving: Boolean)
    extends EncodedImage {
  def width: Int = header.width
  def height: Int = header.height

  /** Known once the pixels have been read: it may stand behind them. */
  def orientation: Int = Orientation.find(chunks.metadata.texts.exif, chunks.metadata.texts.xmp)

  def decode(): RgbImage = {
    if (!chunks.hasImageData) throw new ImageException("truncated: the file ends before its image data")
    val pixels = new PngPixels(chunks, header, forgiving).read(file)
    chunks.readRest()
    RgbImage(width, height, pixels)
  }
}
