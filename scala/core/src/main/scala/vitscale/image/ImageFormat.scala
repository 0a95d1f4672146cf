package vitscale.image

/** A file format that `ImageDecoder` reads. */
private[image] trait ImageFormat {

  /** Its name in messages, such as PNG. */
  def name: String

  /** Whether the first bytes are those of this format. The name of a file is ignored.
    *
    * @param file
    *   the whole file, of any length
    */
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

  /** Width in pixels as stored, before the orientation is applied. A damaged header can give any number. */
  def width: Int

  /** Height in pixels as stored, before the orientation is applied. A damaged header can give any number. */
  def height: Int

  /** How to turn the stored pixels upright: 1 (leave them) to 8, as EXIF counts. */
  def orientation: Int

  /** The pixels as stored, `width` times `height`, converted as Pillow's `convert("RGB")` does: 8 bits a colour, without alpha.
    *
    * @throws ImageException
    *   when the file is truncated, damaged, or of a kind that is not read; other exceptions are taken for a damaged file as well
    */
  def decode(): PixelRows
}
