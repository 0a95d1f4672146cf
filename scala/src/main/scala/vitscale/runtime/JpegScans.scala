package vitscale.runtime

import scala.util.control.NonFatal

import vitscale.ImageException

/** The decoded samples of a JPEG, before its colour conversion.
  *
  * @param file
  *   a whole JPEG
  * @param truncated
  *   what becomes of one that ends early
  */
final private[runtime] class JpegScans(file: Array[Byte], header: JpegHeader, truncated: Truncated) {

  private val frame = header.frame

  /** All components side by side in full resolution: [height, width, components].
    *
    * @throws vitscale.ImageException
    *   if the file is damaged, or it is truncated and that is an error
    */
  def samples: Array[Byte] = ordinarySamples.getOrElse(asPillow)

  /** From the JVM's decoder, if the file is an ordinary one and it has nothing to complain of. */
  private def ordinarySamples: Option[Array[Byte]] =
    if (frame.isArithmetic) None
    else {
      val segments = JpegSegments.read(file, header)
      if (!segments.isPlain) None
      else
        try
          JpegSamples.read(segments.withoutMetadata, frame).map { samples =>
            JpegChroma.interpolate(samples, frame)
            samples
          }
        catch { case NonFatal(_) => None }
    }

  private def asPillow: Array[Byte] = truncated match {
    case Truncated.Error =>
      try new JpegStream(file, file.length, frame).samples()
      catch {
        case JpegEnded =>
          throw new ImageException(s"truncated: the file ends before its last pixels (${file.length} bytes)")
      }
    case Truncated.Gray =>
      try new JpegStream(file ++ endMarker, file.length, frame).samples()
      catch { case JpegEnded => new Array[Byte](Math.multiplyExact(frame.width * frame.height, frame.components.length)) }
  }

  private def endMarker: Array[Byte] = Array(0xff.toByte, JpegMarker.EndOfImage.toByte)
}
