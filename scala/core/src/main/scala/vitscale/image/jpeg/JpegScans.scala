package vitscale.image.jpeg

import scala.util.control.NonFatal

import vitscale.ImageException
import vitscale.image.Truncated

/** The decoded samples of a JPEG, before its colour conversion.
  *
  * @param file
  *   a whole JPEG
  * @param truncated
  *   what becomes of one that ends early
  */
final private[image] class JpegScans(file: Array[Byte], header: JpegHeader, truncated: Truncated) {

  private val frame = header.frame

  /** All components side by side in full resolution: [height, width, components]; none where Pillow fills the whole
    * image.
    *
    * @throws vitscale.ImageException
    *   if the file is damaged, or it is truncated and that is an error
    */
  def samples: Option[Array[Byte]] = ordinarySamples.orElse(samplesAsPillow)

  /** From the JVM's decoder, if the file is an ordinary one and it has nothing to complain of. */
  private def ordinarySamples: Option[Array[Byte]] =
    plainFile.flatMap { plain =>
      try
        JpegSamples.read(plain, frame).map { samples =>
          JpegChroma.interpolate(samples, frame)
          samples
        }
      catch { case NonFatal(_) => None }
    }

  /** The file without its metadata; none if it has something that versions of libjpeg read differently. */
  lazy val plainFile: Option[Array[Byte]] =
    if (frame.isArithmetic) None
    else Some(JpegSegments.read(file, header)).filter(_.isPlain).map(_.withoutMetadata)

  /** From our own decoder; None where Pillow fills the whole image. */
  private def samplesAsPillow: Option[Array[Byte]] = truncated match {
    case Truncated.Error =>
      try Some(new JpegStream(file, file.length, frame).samples())
      catch {
        case JpegEnded =>
          throw new ImageException(
            s"truncated: the file ends before its last pixels (${file.length} bytes)"
          )
      }
    case Truncated.Gray =>
      val stream = new JpegStream(file ++ endMarker, file.length, frame)
      try Some(stream.samples())
      catch {
        case JpegEnded => None
        // Pillow keeps what libjpeg gave before its error: all rows, or none where it stores several scans.
        case _: ImageException if stream.hasAllRows => Some(stream.rows())
        case _: ImageException if !stream.isBetweenRows => None
      }
  }

  private def endMarker: Array[Byte] = Array(0xff.toByte, JpegMarker.EndOfImage.toByte)
}
