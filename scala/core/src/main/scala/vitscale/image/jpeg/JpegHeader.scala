package vitscale.image.jpeg

import scala.collection.mutable.ArrayBuffer

import vitscale.ImageException

/** A component of a JPEG frame.
  *
  * @param id
  *   its name in scan headers
  * @param horizontal
  *   its sampling factor in a row, relative to the other components
  * @param quantization
  *   slot of its quantisation table
  */
final private[jpeg] case class JpegComponent(
    id: Int,
    horizontal: Int,
    vertical: Int,
    quantization: Int = 0
) {

  /** Blocks of the component in an interleaved MCU (ITU-T T.81, A.2.3). */
  def blocks: Int = horizontal * vertical
}

/** What a JPEG's frame header (SOF) says.
  *
  * @param marker
  *   code of the marker, which names the coding process
  */
final private[image] case class JpegFrame(
    marker: Int,
    precision: Int,
    width: Int,
    height: Int,
    components: Seq[JpegComponent]
) {

  /** Whether the coefficients come in several scans (ITU-T T.81, G). */
  def isProgressive: Boolean = marker == JpegMarker.Progressive || marker == JpegMarker.ArithmeticProgressive

  /** Whether the entropy coding is arithmetic (ITU-T T.81, D). */
  def isArithmetic: Boolean =
    marker == JpegMarker.ArithmeticSequential || marker == JpegMarker.ArithmeticProgressive

  /** Largest sampling factors. */
  lazy val widest: Int = components.map(_.horizontal).max

  /** Largest vertical sampling factor. */
  lazy val highest: Int = components.map(_.vertical).max

  /** Checks the sampling factors.
    *
    * @throws ImageException
    *   if libjpeg refuses them
    */
  def checkSampling(): Unit =
    components.foreach { component =>
      if (
        component.horizontal < 1 || component.horizontal > 4 || component.vertical < 1 || component.vertical > 4
      )
        throw new ImageException(s"damaged: sampling factors ${component.horizontal}x${component.vertical}")
      JpegUpsampling.ratio(widest, component.horizontal)
      JpegUpsampling.ratio(highest, component.vertical)
    }
}

/** What stands before the first scan of a JPEG.
  *
  * @param hasJfif
  *   whether libjpeg accepts a JFIF segment
  * @param hasDensity
  *   whether a JFIF segment gives a resolution; without one, Pillow looks at the EXIF data early
  * @param adobeTransform
  *   the colour transform in Adobe's APP14 segment: 0 none, 1 YCbCr, 2 YCCK
  * @param metadata
  *   where application and comment segments start and end in the file
  * @param scanAt
  *   place behind the marker of the first scan
  */
final private[image] case class JpegHeader(
    frame: JpegFrame,
    hasJfif: Boolean,
    hasDensity: Boolean,
    adobeTransform: Option[Int],
    exif: Option[Array[Byte]],
    xmp: Option[Array[Byte]],
    metadata: Seq[(Int, Int)],
    scanAt: Int
)

private[image] object JpegHeader {

  /** Reads the segments as `PIL.JpegImagePlugin.JpegImageFile._open` does, and refuses what it refuses. */
  def read(file: Array[Byte]): JpegHeader = new Walk(file).result()

  final private class Walk(file: Array[Byte]) {
    private var at = 2
    private var frame: Option[JpegFrame] = None
    private var jfif = false
    private var density = false
    private var adobe: Option[Int] = None
    private var exif: Option[Array[Byte]] = None
    private var xmp: Option[Array[Byte]] = None
    private var profiles = Vector.empty[Array[Byte]]
    private val metadata = ArrayBuffer.empty[(Int, Int)]

    def result(): JpegHeader = {
      var marker = nextMarker()
      while (marker != JpegMarker.StartOfScan) {
        if (marker < 0xc0) throw new ImageException(f"damaged: unknown marker 0x$marker%02x")
        if (hasLength(marker)) segment(marker)
        marker = nextMarker()
      }
      if (at + 2 > file.length || at + u16(at) > file.length)
        throw new ImageException("truncated: the file ends inside its first scan header")
      val found = frame.getOrElse(throw new ImageException("damaged: a scan comes before the frame header"))
      JpegHeader(found, jfif, density, adobe, exif, xmp, metadata.toSeq, at)
    }

    /** Moves behind the next marker and returns its code; bytes between segments are skipped. */
    private def nextMarker(): Int = {
      var code = 0
      while (code == 0) {
        while (at < file.length && file(at) != -1) at += 1
        while (at < file.length && file(at) == -1) at += 1
        if (at >= file.length) throw new ImageException("truncated: the file ends before its first scan")
        code = file(at) & 0xff
        at += 1
      }
      code
    }

    private def hasLength(marker: Int): Boolean =
      JpegMarker.isFrame(marker) || JpegMarker.isSkipped(marker) || marker == JpegMarker.HuffmanTables ||
        marker == JpegMarker.ArithmeticTables ||
        marker >= JpegMarker.QuantizationTables && marker <= JpegMarker.Expansion

    private def segment(marker: Int): Unit = {
      if (at + 2 > file.length) throw new ImageException("truncated: the file ends before its first scan")
      val start = at + 2
      val end = math.max(at + u16(at), start)
      if (end > file.length)
        throw new ImageException(f"truncated: the file ends inside its segment 0x$marker%02x")
      if (JpegMarker.isMetadata(marker)) metadata += ((at - 2, end))
      at = end
      val content = file.slice(start, end)
      marker match {
        case JpegMarker.App0 => app0(content)
        case JpegMarker.App1 => app1(content)
        case JpegMarker.App2 => if (content.startsWith(ProfileName)) profiles :+= content
        case JpegMarker.App13 => if (content.startsWith(PhotoshopName)) checkPhotoshop(content)
        case JpegMarker.App14 => app14(content)
        case JpegMarker.QuantizationTables => checkTables(content)
        case _ if JpegMarker.isFrame(marker) || marker == JpegMarker.Hierarchy =>
          checkProfiles()
          frame = Some(frameHeader(marker, content))
        case _ => ()
      }
    }

    /** Pillow does not open a file in which a quantisation table ends early. */
    private def checkTables(content: Array[Byte]): Unit = {
      var at = 0
      while (at < content.length) at += (if ((content(at) & 0xf0) == 0) 65 else 129)
      if (at > content.length) throw new ImageException("damaged: its quantisation table is too short")
    }

    private def app0(content: Array[Byte]): Unit =
      if (content.startsWith(JfifName)) {
        if (content.length < 7) throw new ImageException("damaged: its JFIF segment is too short")
        if (content.length >= 12 && (content(7) == 1 || content(7) == 2)) density = true
        if (content.length >= 14 && content(4) == 0) jfif = true
      }

    private def app1(content: Array[Byte]): Unit =
      if (content.startsWith(ExifName))
        exif = Some(exif.fold(content)(_ ++ content.drop(ExifName.length)))
      else if (content.startsWith(XmpName)) xmp = Some(content.drop(XmpName.length))

    private def app14(content: Array[Byte]): Unit =
      if (content.startsWith(AdobeName)) {
        if (content.length < 7) throw new ImageException("damaged: its Adobe segment is too short")
        if (content.length >= 12) adobe = Some(content(11) & 0xff)
      }

    /** Pillow fails on a resource block that ends before the length of its name. */
    private def checkPhotoshop(content: Array[Byte]): Unit = {
      def even(place: Int) = place + (place & 1)
      var at = PhotoshopName.length
      while (content.startsWith(ResourceName, at)) {
        at += ResourceName.length
        if (at + 2 == content.length) throw new ImageException("damaged: its Photoshop segment is too short")
        val name = if (at + 2 < content.length) content(at + 2) & 0xff else 0
        val sizeAt = even(at + 3 + name)
        at =
          if (sizeAt + 4 > content.length) content.length
          else
            math.min(content.length.toLong, even32(sizeAt + 4L + u32(content, sizeAt))).toInt
      }
    }

    private def even32(place: Long): Long = place + (place & 1)

    private def checkProfiles(): Unit = {
      if (profiles.nonEmpty && profiles.min(UnsignedBytes).length < 14)
        throw new ImageException("damaged: its colour profile's segment is too short")
      profiles = Vector.empty
    }

    private def frameHeader(marker: Int, content: Array[Byte]): JpegFrame = {
      if (content.length < 6) throw new ImageException("damaged: the frame header is too short")
      val precision = content(0) & 0xff
      if (precision != 8) throw new ImageException(s"$precision-bit samples are not supported, expected 8")
      val count = content(5) & 0xff
      if (!Set(1, 3, 4)(count))
        throw new ImageException(s"$count components are not supported, expected 1, 3 or 4")
      if (content.length != 6 + 3 * count)
        throw new ImageException("damaged: the length of the frame header is wrong")
      val components = (0 until count).map { i =>
        val at = 6 + 3 * i
        JpegComponent(
          content(at) & 0xff,
          (content(at + 1) & 0xff) >> 4,
          content(at + 1) & 15,
          content(at + 2) & 0xff
        )
      }
      def number(i: Int) = (content(i) & 0xff) << 8 | content(i + 1) & 0xff
      JpegFrame(marker, precision, width = number(3), height = number(1), components)
    }

    private def u16(at: Int): Int = (file(at) & 0xff) << 8 | file(at + 1) & 0xff
    private def u32(content: Array[Byte], at: Int): Long =
      (0 until 4).foldLeft(0L)((value, i) => value << 8 | content(at + i) & 0xff)
  }

  private def name(text: String): Array[Byte] = text.map(_.toByte).toArray

  private val JfifName = name("JFIF")
  private val ExifName = name("Exif\u0000\u0000")
  private val XmpName = name("http://ns.adobe.com/xap/1.0/\u0000")
  private val ProfileName = name("ICC_PROFILE\u0000")
  private val PhotoshopName = name("Photoshop 3.0\u0000")
  private val ResourceName = name("8BIM")
  private val AdobeName = name("Adobe")

  private val UnsignedBytes: Ordering[Array[Byte]] = (a, b) => java.util.Arrays.compareUnsigned(a, b)
}
