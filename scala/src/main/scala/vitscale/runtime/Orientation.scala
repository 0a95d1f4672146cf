package vitscale.runtime

import java.nio.charset.StandardCharsets.ISO_8859_1
import java.nio.{ByteBuffer, ByteOrder}

/** The EXIF orientation of an image: which way up the camera was held, 1 (upright) to 8. */
private[runtime] object Orientation {

  val Upright = 1

  private val Prefix = "Exif\u0000\u0000".getBytes(ISO_8859_1)
  private val OrientationTag = 0x0112
  private val UnsignedShort = 3
  private val IntegerTypes = Set(UnsignedShort, 4, 8, 9)
  private val ShortTypes = Set(UnsignedShort, 8)
  private val InXmp = "tiff:Orientation(?:=\"|>)([0-9])".r

  /** The orientation as Pillow's `Image.getexif` finds it: in the EXIF block, else in the XMP packet, else upright.
    *
    * A block that cannot be parsed counts as absent. (Pillow raises on one that does not start with a TIFF header.)
    *
    * @param exif
    *   a TIFF structure, with or without "Exif\0\0" before it
    */
  def find(exif: Option[Array[Byte]], xmp: => Option[Array[Byte]]): Int =
    exif.flatMap(fromExif).orElse(xmp.flatMap(fromXmp)).getOrElse(Upright)

  private def fromXmp(packet: Array[Byte]): Option[Int] =
    InXmp.findFirstMatchIn(new String(packet, ISO_8859_1)).map(_.group(1).toInt)

  private def fromExif(block: Array[Byte]): Option[Int] =
    try {
      val tiff = ByteBuffer.wrap(block.drop(Prefix.length * prefixes(block)))
      tiff.order(if (tiff.get(0) == 'I') ByteOrder.LITTLE_ENDIAN else ByteOrder.BIG_ENDIAN)
      val directory = tiff.getInt(4)
      val entries = tiff.getShort(directory) & 0xffff
      (0 until entries).iterator
        .map(directory + 2 + 12 * _)
        .takeWhile(_ + 12 <= tiff.limit())
        .find(tiff.getShort(_) == OrientationTag)
        .flatMap(valueAt(tiff, _))
    } catch {
      case _: IndexOutOfBoundsException => None
    }

  /** How often the block is announced: once, or twice where a tool wrapped it again. */
  private def prefixes(block: Array[Byte]): Int =
    Iterator.from(0).takeWhile(n => n < 2 && block.startsWith(Prefix, n * Prefix.length)).length

  /** The value of a directory entry: tag (2 bytes), type (2), count (4), value (4). */
  private def valueAt(tiff: ByteBuffer, entry: Int): Option[Int] = {
    val kind = tiff.getShort(entry + 2) & 0xffff
    if (!IntegerTypes(kind) || tiff.getInt(entry + 4) != 1) None
    else Some(if (ShortTypes(kind)) tiff.getShort(entry + 8).toInt else tiff.getInt(entry + 8))
  }

  /** The image turned and flipped as `PIL.ImageOps.exif_transpose` does; unknown orientations leave it alone. */
  def upright(image: RgbImage, orientation: Int): RgbImage = {
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
      case 8 => walk(image, h, w, w - 1, w, -1)
      case _ => image
    }
  }

  private def walk(image: RgbImage, width: Int, height: Int, origin: Int, alongRow: Int, alongColumn: Int) = {
    val out = new Array[Byte](image.data.length)
    var to = 0
    var y = 0
    while (y < height) {
      var from = (origin + y * alongColumn) * 3
      var x = 0
      while (x < width) {
        out(to) = image.data(from)
        out(to + 1) = image.data(from + 1)
        out(to + 2) = image.data(from + 2)
        to += 3
        from += alongRow * 3
        x += 1
      }
      y += 1
    }
    RgbImage(width, height, out)
  }
}
