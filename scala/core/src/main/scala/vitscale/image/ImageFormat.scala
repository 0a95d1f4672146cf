package vitscale.image

/** A file format that [[ImageDecoder]] knows. */
private[image] trait ImageFormat {

  def name: String

  /** Whether the first bytes are those of this format. The name of a file is ignored. */
  def recognises(file: Array[Byte]): Boolean

  /** Reads the header alone, so that an image can be refused before memory is spent on its pixels.
    *
    * @throws ImageException
    *   when the header cannot be right; other exceptions are taken for a damaged file as well
    */
  def open(file: Array[Byte]): EncodedImage

  /** The same format with truncated files filled as Pillow fills them ([[Truncated.Gray]]), where that is done. */
  def filled: Option[ImageFormat] = None
}

/** An image whose header has been read. */
private[image] trait EncodedImage {

  /** Size as stored, before the orientation is applied. */
  def width: Int
  def height: Int

  /** How to turn the stored pixels upright: 1 (leave them) to 8, as EXIF counts. */
  def orientation: Int

  /** The pixels as stored, converted as Pillow's `convert("RGB")` does. */
  def decode(): PixelRows
}
