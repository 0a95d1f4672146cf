package vitscale.image

import java.nio.charset.StandardCharsets.ISO_8859_1

import vitscale.ImageException

/** The EXIF orientation of an image: which way up the camera was held, 1 (upright) to 8. */
private[vitscale] object Orientation {

  /** The orientation that leaves pixels where they are; EXIF 2.32, tag 274. */
  val Upright = 1

  private val InXmp = "tiff:Orientation(?:=\"|>)([0-9])".r

  /** The orientation as Pillow's `Image.getexif` finds it: in the EXIF block, else in the XMP packet, else upright.
    *
    * @param exif
    *   a TIFF structure, with or without "Exif\0\0" before it
    * @throws ImageException
    *   where Pillow raises: the block does not begin as a TIFF file does
    */
  def find(exif: Option[Array[Byte]], xmp: => Option[Array[Byte]]): Int =
    exif.flatMap(ExifBlock.orientation).orElse(xmp.flatMap(fromXmp)).getOrElse(Upright)

  /** The same for the formats in which Pillow passes over an EXIF block that it cannot read, and over XMP with it. */
  def findIfReadable(exif: Option[Array[Byte]], xmp: => Option[Array[Byte]]): Int =
    try find(exif, xmp)
    catch { case _: ImageException => Upright }

  private def fromXmp(packet: Array[Byte]): Option[Int] =
    InXmp.findFirstMatchIn(new String(packet, ISO_8859_1)).map(_.group(1).toInt)

  /** The image turned and flipped as `PIL.ImageOps.exif_transpose` does; unknown orientations leave it alone. */
  def upright(image: PixelRows, orientation: Int): PixelRows =
    if (orientation < 2 || orientation > 8) image else turned(PackedImage.of(image), orientation)

  private def turned(image: PackedImage, orientation: Int): PackedImage = {
    val (w, h) = (image.width, image.height)
    // For each orientation: does the size swap, where does target (0, 0) come from, and how far apart in the source
    // are neighbours in the target's rows and columns (in pixels).
    orientation match {
      case 2 => walk(image, w, h, w - 1, -1, w)
      case 3 => walk(image, w, h, w * h - 1, -1, -w)
      case 4 => walk(image, w, h, w * (h - 1), 1, -w)
      case 5 => walk(image, h, w, 0, w, 1)
      case 6 => walk(image, h, w, w * (h - 1), -w, 1)
      case 7 => walk(image, h, w, w * h - 1, -w, -1)
      case _ => walk(image, h, w, w - 1, w, -1)
    }
  }

  private def walk(
      image: PackedImage,
      width: Int,
      height: Int,
      origin: Int,
      alongRow: Int,
      alongColumn: Int
  ) = {
    val out = new Array[Int](image.words.length)
    var to = 0
    var y = 0
    while (y < height) {
      var from = origin + y * alongColumn
      var x = 0
      while (x < width) {
        out(to) = image.words(from)
        to += 1
        from += alongRow
        x += 1
      }
      y += 1
    }
    new PackedImage(width, height, out)
  }
}
