package vitscale.image.jpeg

import scala.util.control.NonFatal

import vitscale.UsageException
import vitscale.image.{PackedImage, PixelRows, Truncated}

/** The library that decodes ordinary JPEGs: the system's libjpeg-turbo if there is one, else the JVM's own decoder.
  *
  * Both give Pillow's pixels. The choice is made once, at the first JPEG. The Java property `vitscale.jpeg` overrides it.
  */
private[vitscale] object JpegLibrary {

  /** Name of the Java property, and its values. */
  val Setting = "vitscale.jpeg"
  val Auto = "auto"
  val ImageIo = "imageio"
  val LibjpegTurbo = "libjpeg-turbo"

  /** All values of the property. */
  val names: Seq[String] = Seq(Auto, ImageIo, LibjpegTurbo)

  /** The choice and its reason, for `vitscale env`. */
  def inWords: String = choice.fold(reason => s"$ImageIo ($reason)", _ => s"$LibjpegTurbo of the system")

  /** Decode with libjpeg-turbo, if it is chosen and has nothing to complain of.
    *
    * @param plainFile
    *   the file without application segments, or none if something in it is unusual
    */
  private[jpeg] def turbo(frame: JpegFrame)(plainFile: => Option[Array[Byte]]): Option[PixelRows] =
    choice.toOption
      .filter(_ => TurboJpeg.takes(frame))
      .flatMap(turbo => plainFile.flatMap(turbo.decode(_, frame)))

  /** libjpeg-turbo, or the reason why it is not used.
    *
    * @throws vitscale.UsageException
    *   if the setting is unknown, or asks for a library that cannot be used
    */
  private lazy val choice: Either[String, TurboJpeg] = System.getProperty(Setting, Auto) match {
    case ImageIo => Left(s"$Setting is set")
    case Auto => found
    case LibjpegTurbo =>
      found.left.foreach { reason =>
        throw new UsageException(s"$Setting is $LibjpegTurbo, but $reason. Install it, or set $Auto.")
      }
      found
    case other =>
      throw new UsageException(s"$Setting is $other; expected ${names.mkString(", ")}.")
  }

  private lazy val found: Either[String, TurboJpeg] =
    try {
      val turbo = TurboJpeg.load()
      if (isExact(turbo)) Right(turbo)
      else Left("the system's libjpeg-turbo gives other pixels than Pillow for a test image")
    } catch {
      case _: LinkageError => Left("the system has no libjpeg-turbo (libturbojpeg) that can be loaded")
      case NonFatal(error) => Left(s"the system's libjpeg-turbo does not work: ${error.getMessage}")
    }

  /** Compare the library with the decoder that follows Pillow's, in each sampling. */
  private def isExact(turbo: TurboJpeg): Boolean = TestImages.forall { name =>
    val file = getClass.getResourceAsStream(name).readAllBytes()
    val header = JpegHeader.read(file)
    val scans = new JpegScans(file, header, Truncated.Error)
    val samples = new JpegStream(file, file.length, header.frame).samples()
    val expected = PackedImage.of(new YccRows(header.frame.width, header.frame.height, samples))
    scans.plainFile.flatMap(turbo.decode(_, header.frame)).exists { found =>
      PackedImage.of(found).words.sameElements(expected.words)
    }
  }

  private val TestImages = Seq("444.jpg", "422.jpg", "420.jpg", "420-progressive.jpg")
}
