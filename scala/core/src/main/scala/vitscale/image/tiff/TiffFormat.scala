package vitscale.image.tiff

import vitscale.ImageException
import vitscale.image.{EncodedImage, ImageFormat}

/** TIFF and BigTIFF: the first page, in the sample layouts and compressions that Pillow reads.
  *
  * Pillow has two readers, and so has this project: [[TiffRawTiles]] for uncompressed pages, as Pillow's own decoder
  * reads them, and [[TiffSegments]] for compressed ones, as libtiff reads them. Both fill a [[TiffCanvas]].
  *
  * Source of the rules: `TiffImageFile` in Pillow's `TiffImagePlugin.py`, its `TiffDecode.c`, and libtiff. The format is Adobe's
  * TIFF 6.0; BigTIFF is libtiff's.
  *
  * Refused by name, although Pillow reads them: old-style JPEG (compression 6) and ThunderScan.
  */
private[image] object TiffFormat extends ImageFormat {

  val name = "TIFF"

  /** Version of BigTIFF in a file's third and fourth byte. */
  val BigVersion: Byte = 43

  /** Byte order and version; Pillow takes a version in the wrong byte order as well. */
  private val Headers = Seq("II*\u0000", "MM\u0000*", "MM*\u0000", "II\u0000*", "II+\u0000", "MM\u0000+")
    .map(_.getBytes("ISO-8859-1"))

  def recognises(file: Array[Byte]): Boolean = Headers.exists(file.startsWith(_))

  def open(file: Array[Byte]): EncodedImage = {
    val fields = TiffDirectory.read(file)
    if (fields.has(TiffTag.WindowsMediaPhoto)) throw new ImageException("Windows Media Photo is not read")
    new TiffImage(fields, TiffLayout.of(fields))
  }
}
