package vitscale.image.jpeg

import vitscale.ImageException
import vitscale.image.{EncodedImage, GrayRows, ImageFormat, Orientation, PixelRows, RgbImage, Truncated}

/** JPEG: baseline, extended and progressive, in Huffman or arithmetic coding, of 1, 3 or 4 components.
  *
  * An ordinary file's samples come from the JVM's own decoder, a libjpeg like Pillow's, before its colour conversion.
  * Where the versions of libjpeg differ, [[JpegStream]] decodes the file as Pillow's does. What the samples mean is
  * decided here with libjpeg's rules, so embedded profiles and odd markers cannot change the outcome.
  *
  * A file without its end-of-image marker is read where Pillow reads it: when all rows of a single scan can be decoded
  * before the data run out. Otherwise it is truncated.
  */
abstract private[jpeg] class JpegFiles(truncated: Truncated) extends ImageFormat {

  val name = "JPEG"

  private val Supported = Set(
    JpegMarker.Baseline,
    JpegMarker.Baseline + 1,
    JpegMarker.Progressive,
    JpegMarker.ArithmeticSequential,
    JpegMarker.ArithmeticProgressive
  )

  def recognises(file: Array[Byte]): Boolean =
    file.length >= 3 && file(0) == 0xff.toByte && file(1) == 0xd8.toByte && file(2) == 0xff.toByte

  def open(file: Array[Byte]): EncodedImage = {
    val header = JpegHeader.read(file)
    if (!Supported(header.frame.marker)) {
      val process =
        if (header.frame.marker == JpegMarker.Lossless) "lossless coding"
        else
          s"coding process SOF${header.frame.marker - JpegMarker.Baseline}"
      throw new ImageException(s"$process is not supported, expected baseline, extended or progressive")
    }
    new JpegImage(file, header, truncated)
  }
}

/** JPEG whose truncated files are refused, as Pillow does by default. */
private[image] object JpegFormat extends JpegFiles(Truncated.Error) {
  override def filled: Option[ImageFormat] = Some(FilledJpegFormat)
}

/** JPEG whose truncated files are filled with gray, as Pillow does with `LOAD_TRUNCATED_IMAGES`. */
private[jpeg] object FilledJpegFormat extends JpegFiles(Truncated.Gray)

/** A JPEG whose header has been read.
  *
  * The conversions are libjpeg's `jdcolor.c` for YCbCr and YCCK, and Pillow's `Convert.c` for CMYK.
  */
final private class JpegImage(file: Array[Byte], header: JpegHeader, truncated: Truncated)
    extends EncodedImage {

  private val frame = header.frame

  def width: Int = frame.width
  def height: Int = frame.height

  /** Without a resolution in a JFIF segment, Pillow reads the EXIF data early and passes over what it cannot read. */
  def orientation: Int =
    if (header.hasDensity) Orientation.find(header.exif, header.xmp)
    else Orientation.findIfReadable(header.exif, header.xmp)

  def decode(): PixelRows = {
    val scans = new JpegScans(file, header, truncated)
    val quick = if (isYcc) JpegLibrary.turbo(frame)(scans.plainFile) else None
    quick.getOrElse(scans.samples.fold[PixelRows](empty)(rows))
  }

  /** What Pillow makes of an image without any row: zeros, which mean white in CMYK. */
  private def empty: RgbImage = {
    val pixels = new Array[Byte](Math.multiplyExact(Math.multiplyExact(width, height), 3))
    if (frame.components.length == 4) java.util.Arrays.fill(pixels, -1.toByte)
    RgbImage(width, height, pixels)
  }

  private def rows(samples: Array[Byte]): PixelRows = frame.components.length match {
    case 1 => new GrayRows(width, height, samples)
    case 3 if isYcc => new YccRows(width, height, samples)
    case 3 => RgbImage(width, height, samples)
    case _ if header.adobeTransform.exists(_ != 0) => fromCmyk(JpegColor.yccToRgb(samples, 4))
    case _ => fromCmyk(JpegColor.invertInk(samples))
  }

  private def fromCmyk(samples: Array[Byte]) = RgbImage(width, height, JpegColor.cmykToRgb(samples))

  /** libjpeg's guess (`default_decompress_parms`): JFIF means YCbCr, Adobe says it, else the components' names do. */
  private def isYcc: Boolean =
    if (header.hasJfif) true
    else header.adobeTransform.map(_ != 0).getOrElse(frame.components.map(_.id) != "RGB".map(_.toInt))
}
