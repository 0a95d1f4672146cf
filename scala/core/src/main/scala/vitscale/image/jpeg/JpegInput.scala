package vitscale.image.jpeg

import scala.util.control.NoStackTrace

/** Thrown where libjpeg would suspend: the data that were handed over so far have been used up. */
private[jpeg] object JpegSuspended extends RuntimeException with NoStackTrace

/** Thrown where libjpeg suspends and Pillow has nothing left to hand over. */
private[jpeg] object JpegEnded extends RuntimeException with NoStackTrace

/** The bytes of a JPEG in the portions in which Pillow hands them to libjpeg, and libjpeg's search for markers.
  *
  * Portions matter: libjpeg stops reading once the last row is out, and what lies in a later portion is never seen.
  *
  * @param file
  *   the file, behind which an end-of-image marker may have been added
  * @param length
  *   bytes of the file itself; what was added behind them is a portion of its own
  */
final private[jpeg] class JpegInput(val file: Array[Byte], length: Int) {
  import JpegInput._

  /** Place of the next byte; beyond the end while a segment is being skipped that the file does not hold. */
  var at = 0L
  private var limit = math.min(Portion, length)

  /** Code of a marker that was met and not yet processed, or 0. */
  var unreadMarker = 0
  private var nextRestart = 0

  /** Bytes of the current portion that are still unread. */
  def available: Long = limit - at

  /** @throws JpegSuspended
    *   at the end of the portion
    */
  def u8(): Int = {
    if (at >= limit) throw JpegSuspended
    val value = file(at.toInt) & 0xff
    at += 1
    value
  }

  /** The next two bytes, the higher one first.
    *
    * @throws JpegSuspended
    *   at the end of the portion
    */
  def u16(): Int = u8() << 8 | u8()

  /** Runs an action that libjpeg can repeat, once more for each portion it needs. */
  def retrying[A](action: => A): A = {
    var result: Option[A] = None
    while (result.isEmpty)
      try result = Some(action)
      catch { case JpegSuspended => nextPortion() }
    result.get
  }

  /** @throws JpegEnded
    *   where Pillow says that the file is truncated
    */
  def nextPortion(): Unit = {
    if (limit == file.length) throw JpegEnded
    limit = if (limit < length) math.min(limit + Portion, length) else file.length
  }

  /** Moves behind the next marker, whose code becomes `unreadMarker` (libjpeg's `next_marker`). */
  def nextMarker(): Unit = {
    var found = 0
    while (found == 0) {
      var start = at
      while (u8() != 0xff) start = at
      try {
        found = 0xff
        while (found == 0xff) found = u8()
      } catch {
        case JpegSuspended =>
          at = start
          throw JpegSuspended
      }
    }
    unreadMarker = found
  }

  /** Expects restart marker 0 next. */
  def startScan(): Unit = nextRestart = 0

  /** Moves behind the restart marker that is due, or does what `jpeg_resync_to_restart` does where another is found. */
  def restart(): Unit = {
    if (unreadMarker == 0) nextMarker()
    if (unreadMarker == FirstRestart + nextRestart) unreadMarker = 0 else resynchronise()
    nextRestart = (nextRestart + 1) & 7
  }

  private def resynchronise(): Unit = {
    var searching = true
    while (searching) {
      val ahead = (unreadMarker - FirstRestart - nextRestart) & 7
      val isRestart = unreadMarker >= FirstRestart && unreadMarker < FirstRestart + 8
      val isBehind = isRestart && (ahead == 6 || ahead == 7)
      if (unreadMarker < FirstFrame || isBehind) nextMarker()
      else {
        val isNear = isRestart && (ahead == 1 || ahead == 2)
        if (isRestart && !isNear) unreadMarker = 0
        searching = false
      }
    }
  }
}

private[jpeg] object JpegInput {

  /** Pillow's `ImageFile.MAXBLOCK`. */
  private val Portion = 65536

  private val FirstFrame = 0xc0
  private val FirstRestart = 0xd0
}
