package vitscale.image.jpeg

import scala.collection.mutable.ArrayBuffer

/** What the JVM's decoder needs to know of a JPEG behind its header.
  *
  * @param isPlain
  *   whether the file has its end marker and, besides scans, nothing that versions of libjpeg read differently
  * @param metadata
  *   where application and comment segments start and end in the file
  */
final private[jpeg] class JpegSegments(
    file: Array[Byte],
    val isPlain: Boolean,
    metadata: Seq[(Int, Int)]
) {

  /** The file without application and comment segments: all that the pixels depend on. */
  def withoutMetadata: Array[Byte] = {
    val copy = new Array[Byte](file.length - metadata.map { case (from, to) => to - from }.sum)
    val starts = 0 +: metadata.map(_._2)
    val ends = metadata.map(_._1) :+ file.length
    starts.zip(ends).foldLeft(0) { case (to, (from, until)) =>
      System.arraycopy(file, from, copy, to, until - from)
      to + until - from
    }
    copy
  }
}

private[jpeg] object JpegSegments {

  /** Jumps from marker to marker, from the first scan to the end. */
  def read(file: Array[Byte], header: JpegHeader): JpegSegments = new Walk(file, header).result()

  final private class Walk(file: Array[Byte], header: JpegHeader) {
    private var at = header.scanAt
    private val metadata = ArrayBuffer(header.metadata: _*)
    private val progress = new JpegProgress(header.frame)

    def result(): JpegSegments = {
      var marker = JpegMarker.StartOfScan
      var isPlain = true
      while (isPlain && marker != JpegMarker.EndOfImage) {
        isPlain = JpegMarker.isRestart(marker) || segment(marker)
        if (isPlain) marker = nextMarker()
        isPlain &&= marker != 0
      }
      new JpegSegments(file, isPlain && progress.isComplete, metadata.toSeq)
    }

    /** Moves behind the next marker, over entropy-coded data; 0 at the end of the file. */
    private def nextMarker(): Int = {
      var marker = 0
      while (marker == 0 && at < file.length) {
        while (at < file.length && file(at) != -1) at += 1
        while (at < file.length && file(at) == -1) at += 1
        if (at < file.length) marker = file(at) & 0xff
        at += 1
      }
      marker
    }

    /** Whether the segment is one that belongs here. */
    private def segment(marker: Int): Boolean = {
      val end =
        if (at + 2 <= file.length) at + ((file(at) & 0xff) << 8 | file(at + 1) & 0xff) else Int.MaxValue
      val fits = end <= file.length && end >= at + 2
      val expected = marker == JpegMarker.StartOfScan && progress.scan(file, at + 2, end) ||
        progress.hasManyScans && (JpegMarker.isMetadata(marker) || Tables(marker))
      if (fits && expected) {
        if (JpegMarker.isMetadata(marker)) metadata += ((at - 2, end))
        at = end
      }
      fits && expected
    }
  }

  private val Tables = Set(
    JpegMarker.HuffmanTables,
    JpegMarker.QuantizationTables,
    JpegMarker.RestartInterval
  )
}

/** Which coefficients the scans have brought; libjpeg's versions smooth the missing ones differently. */
final private[jpeg] class JpegProgress(frame: JpegFrame) {

  private val missing = Array.fill(frame.components.length, 64)(-1)
  private var scans = 0

  /** Whether more than one scan is to be expected. */
  var hasManyScans: Boolean = frame.isProgressive

  /** Whether the scans have brought all coefficients that libjpeg smooths, to their last bit. */
  def isComplete: Boolean =
    if (frame.isProgressive) missing.forall(_.take(JpegPlane.SmoothedCoefficients).forall(_ == 0))
    else missing.forall(_(0) == 0)

  /** Notes a scan header; false where it is none that a file needs. */
  def scan(file: Array[Byte], start: Int, end: Int): Boolean = {
    val count = if (start < file.length) file(start) & 0xff else 0
    scans += 1
    val isWhole = end <= file.length && end - start == 4 + 2 * count && count >= 1 && count <= 4
    isWhole && scans <= JpegProgress.MostScans && (scans == 1 || hasManyScans) && {
      hasManyScans ||= count < frame.components.length
      val (first, last) = (file(end - 3) & 0xff, math.min(file(end - 2) & 0xff, 63))
      val low = if (frame.isProgressive) file(end - 1) & 15 else 0
      for (i <- 0 until count; id = file(start + 1 + 2 * i) & 0xff)
        frame.components.indices.filter(frame.components(_).id == id).foreach { component =>
          val known = if (frame.isProgressive) first to last else 0 to 63
          known.foreach(missing(component)(_) = low)
        }
      true
    }
  }
}

private[jpeg] object JpegProgress {

  /** More than any encoder writes; each scan may take as long as a whole image. */
  val MostScans = 512
}
