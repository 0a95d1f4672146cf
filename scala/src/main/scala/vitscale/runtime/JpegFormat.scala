package vitscale.runtime

import vitscale.ImageException

/** JPEG: baseline, extended and progressive, of 1, 3 or 4 components.
  *
  * The samples come from the JVM's own decoder, a libjpeg like Pillow's, before its colour conversion; what they mean is
  * decided here with libjpeg's rules, so embedded profiles and odd markers cannot change the outcome.
  */
private[runtime] object JpegFormat extends ImageFormat {

  val name = "JPEG"

  def recognises(file: Array[Byte]): Boolean =
    file.length >= 3 && file(0) == 0xff.toByte && file(1) == 0xd8.toByte && file(2) == 0xff.toByte

  def open(file: Array[Byte]): EncodedImage = {
    val segments = JpegSegments.read(file)
    val frame = segments.frame.getOrElse(throw new ImageException("truncated: no frame header in the file"))
    if (frame.precision != 8)
      throw new ImageException(s"${frame.precision}-bit samples are not supported, expected 8")
    if (!Set(1, 3, 4)(frame.components.length))
      throw new ImageException(s"${frame.components.length} components are not supported, expected 1, 3 or 4")
    new JpegImage(segments, frame)
  }
}

final private class JpegImage(segments: JpegSegments, frame: JpegFrame) extends EncodedImage {

  def width: Int = frame.width
  def height: Int = frame.height
  def orientation: Int = Orientation.find(segments.exif, segments.xmp)

  def decode(): RgbImage = {
    if (!segments.complete)
      throw new ImageException("truncated: the file ends before its end-of-image marker")
    val samples = JpegSamples.read(segments.withoutMetadata, frame)
    JpegChroma.interpolate(samples, frame)
    RgbImage(width, height, toRgb(samples))
  }

  private def toRgb(samples: Array[Byte]): Array[Byte] = frame.components.length match {
    case 1 => JpegColor.grayToRgb(samples)
    case 3 if isYcc => JpegColor.yccToRgb(samples, 3)
    case 3 => samples
    case _ if segments.adobeTransform.exists(_ != 0) => JpegColor.cmykToRgb(JpegColor.yccToRgb(samples, 4))
    case _ => JpegColor.cmykToRgb(JpegColor.invertInk(samples))
  }

  /** libjpeg's guess (`default_decompress_parms`): JFIF means YCbCr, Adobe says it, else the components' names do. */
  private def isYcc: Boolean =
    if (segments.hasJfif) true
    else segments.adobeTransform.map(_ != 0).getOrElse(frame.components.map(_.id) != "RGB".map(_.toInt))
}
