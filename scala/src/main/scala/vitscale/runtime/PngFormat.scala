package vitscale.runtime

import vitscale.ImageException

/** PNG of every colour type and bit depth, interlaced or not.
  *
  * Done here and not by the JVM's reader, whose notion of 16-bit gray, of transparency and of a damaged file is another
  * than Pillow's.
  */
private[runtime] object PngFormat extends ImageFormat {

  val name = "PNG"

  private val Signature = Array(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n').map(_.toByte)

  /** Bit depths that the PNG specification allows, by colour type. */
  private val Depths: Map[Int, Set[Int]] = Map(
    PngHeader.Gray -> Set(1, 2, 4, 8, 16),
    PngHeader.Rgb -> Set(8, 16),
    PngHeader.Palette -> Set(1, 2, 4, 8),
    PngHeader.GrayAlpha -> Set(8, 16),
    PngHeader.RgbAlpha -> Set(8, 16)
  )

  def recognises(file: Array[Byte]): Boolean = file.startsWith(Signature)

  def open(file: Array[Byte]): EncodedImage = {
    val chunks = PngChunks.read(file, Signature.length)
    val header = chunks.header
    if (!Depths.get(header.colorType).exists(_(header.depth)))
      throw new ImageException(
        s"colour type ${header.colorType} with ${header.depth} bits is not in the PNG specification"
      )
    new PngImage(chunks)
  }
}

final private class PngImage(chunks: PngChunks) extends EncodedImage {
  def width: Int = chunks.header.width
  def height: Int = chunks.header.height
  def orientation: Int = Orientation.find(chunks.exif, chunks.xmp)
  def decode(): RgbImage = {
    if (!chunks.hasImageData) throw new ImageException("truncated: the file ends before its image data")
    RgbImage(width, height, new PngPixels(chunks).read())
  }
}
