package vitscale.runtime

import scala.collection.mutable.ArrayBuffer

import vitscale.ImageException

/** A component of a JPEG frame: its name and its sampling factors. */
final private[runtime] case class JpegComponent(id: Int, horizontal: Int, vertical: Int)

/** What a JPEG's frame header (SOF) says. */
final private[runtime] case class JpegFrame(
    precision: Int,
    width: Int,
    height: Int,
    components: Seq[JpegComponent]
)

/** The segments of a JPEG file: what they say, whether the file is whole, and the file without its metadata.
  *
  * @param adobeTransform
  *   the colour transform in Adobe's APP14 segment: 0 none, 1 YCbCr, 2 YCCK
  * @param exif
  *   the EXIF segment
  * @param xmp
  *   the XMP packet
  * @param complete
  *   whether the end-of-image marker was reached; libjpeg would fill up what is missing with grey
  */
final private[runtime] class JpegSegments(
    val frame: Option[JpegFrame],
    val hasJfif: Boolean,
    val adobeTransform: Option[Int],
    val exif: Option[Array[Byte]],
    val xmp: Option[Array[Byte]],
    val complete: Boolean,
    essential: => Array[Byte]
) {

  /** The file without application and comment segments: all that the pixels depend on. */
  def withoutMetadata: Array[Byte] = essential
}

private[runtime] object JpegSegments {

  private val Escaped = 0x00
  private val Temporary = 0x01
  private val FirstRestart = 0xd0
  private val StartOfImage = 0xd8
  private val EndOfImage = 0xd9
  private val StartOfScan = 0xda
  private val HuffmanTables = 0xc4
  private val Reserved = 0xc8
  private val ArithmeticTables = 0xcc
  private val App0 = 0xe0
  private val App1 = 0xe1
  private val App14 = 0xee
  private val Comment = 0xfe

  private val ExifName = "Exif\u0000\u0000"
  private val XmpName = "http://ns.adobe.com/xap/1.0/\u0000"

  def read(file: Array[Byte]): JpegSegments = new Walk(file).result()

  /** One pass over the file, from marker to marker. */
  final private class Walk(file: Array[Byte]) {
    private var at = 2
    private var complete = false
    private var frame: Option[JpegFrame] = None
    private var jfif = false
    private var adobe: Option[Int] = None
    private var exif: Option[Array[Byte]] = None
    private var xmp: Option[Array[Byte]] = None
    private val metadata = ArrayBuffer.empty[(Int, Int)]

    def result(): JpegSegments = {
      while (!complete && findMarker()) segment()
      new JpegSegments(frame, jfif, adobe, exif, xmp, complete, copyWithoutMetadata())
    }

    /** Moves to the code byte of the next marker; false at the end of the file. Also skips entropy-coded data, in which
      * a 0xff byte is followed by 0x00 or by a restart marker.
      */
    private def findMarker(): Boolean = {
      while (at < file.length && file(at) != -1) at += 1
      while (at < file.length && file(at) == -1) at += 1
      at < file.length
    }

    private def segment(): Unit = {
      val marker = file(at) & 0xff
      at += 1
      marker match {
        case EndOfImage => complete = true
        case Escaped | Temporary => ()
        case standalone if standalone >= FirstRestart && standalone <= StartOfImage => ()
        case _ => withLength(marker)
      }
    }

    private def withLength(marker: Int): Unit = {
      val end = if (at + 2 <= file.length) at + u16(at) else Int.MaxValue
      if (end <= file.length) {
        if (end < at + 2) throw new ImageException(f"segment 0x$marker%02x has an impossible length")
        content(marker, at + 2, end)
        if (marker >= App0 && marker < App0 + 16 || marker == Comment) metadata += ((at - 2, end))
      }
      at = math.min(end, file.length)
    }

    private def content(marker: Int, start: Int, end: Int): Unit = marker match {
      case App0 if startsWith("JFIF\u0000", start, end) && end - start >= 14 => jfif = true
      case App1 if startsWith(ExifName, start, end) =>
        exif = Some(exif.fold(file.slice(start, end))(_ ++ file.slice(start + ExifName.length, end)))
      case App1 if startsWith(XmpName, start, end) => xmp = Some(file.slice(start + XmpName.length, end))
      case App14 if startsWith("Adobe", start, end) && end - start >= 12 => adobe = Some(u8(start + 11))
      case StartOfScan if frame.isEmpty => throw new ImageException("a scan comes before the frame header")
      case HuffmanTables | Reserved | ArithmeticTables => ()
      case _ if marker >= 0xc0 && marker <= 0xcf => frame = Some(frameHeader(start, end))
      case _ => ()
    }

    private def frameHeader(start: Int, end: Int): JpegFrame = {
      if (end - start < 6) throw new ImageException("the frame header is too short")
      val components = (start + 6 until end - 2 by 3).take(u8(start + 5)).map { at =>
        JpegComponent(u8(at), u8(at + 1) >> 4, u8(at + 1) & 15)
      }
      JpegFrame(u8(start), width = u16(start + 3), height = u16(start + 1), components)
    }

    private def copyWithoutMetadata(): Array[Byte] = {
      val copy = new Array[Byte](file.length - metadata.map { case (from, to) => to - from }.sum)
      val starts = 0 +: metadata.map(_._2)
      val ends = metadata.map(_._1) :+ file.length
      starts.zip(ends).foldLeft(0) { case (to, (from, until)) =>
        System.arraycopy(file, from, copy, to, until - from)
        to + until - from
      }
      copy
    }

    private def u8(at: Int): Int = file(at) & 0xff
    private def u16(at: Int): Int = u8(at) << 8 | u8(at + 1)

    private def startsWith(text: String, start: Int, end: Int): Boolean =
      end - start >= text.length && text.indices.forall(i => file(start + i) == text(i))
  }
}
