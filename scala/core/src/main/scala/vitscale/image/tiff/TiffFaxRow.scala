package vitscale.image.tiff

import vitscale.ImageException

/** A row of a fax page as runs of white, black, white, ... pixels, decoded from code words.
  *
  * Damaged rows are mended as libtiff mends them (its `EXPAND1D`, `EXPAND2D` and `CLEANUP_RUNS`), since Pillow shows
  * them so.
  *
  * @param width
  *   pixels of the row
  * @param room
  *   runs that libtiff has room for
  */
final private[tiff] class TiffFaxRow(bits: TiffFaxBits, width: Int, room: Int) {
  import TiffFaxCode._

  private val runs = new Array[Int](room + 2)
  private var count = 0
  private var position = 0 // the pixel up to which the row is known, `a0` in T.6
  private var pending = 0 // pixels of a run whose last code word is still to come

  /** Whether an end-of-line code ended the row. */
  var sawEndOfLine = false

  /** The row above the first: white. */
  def clear(): Unit = {
    runs(0) = width
    runs(1) = 0
  }

  /** Begins a row. */
  def start(): Unit = {
    count = 0
    position = 0
    pending = 0
  }

  /** Decodes a row that is coded by itself.
    *
    * @throws TiffFaxBits.EndOfData
    *   at the end of the data, when the row has been mended
    */
  def decodeAlone(): Unit = mended {
    var more = true
    while (more) {
      more = readRun(White) && position < width && readRun(Black) && position < width
      if (more && runs(count - 1) == 0 && runs(count - 2) == 0) count -= 2
    }
  }

  /** One run; false where a code word ends the row. */
  private def readRun(table: TiffFaxTable): Boolean = {
    var code = bits.next(table)
    while (code.kind == MakeUp) {
      position += code.value
      pending += code.value
      code = bits.next(table)
    }
    if (code.kind == Terminating) add(code.value)
    else if (code.kind == EndOfLine) sawEndOfLine = true
    code.kind == Terminating
  }

  /** Decodes a row that is coded against the row above. */
  def decodeAgainst(above: TiffFaxRow): Unit = mended {
    val reference = new Reference(above)
    var more = true
    while (more && position < width) {
      if (count >= room) overflow()
      val code = bits.next(Modes)
      more = code.kind match {
        case Pass => pass(reference)
        case Horizontal => horizontal(reference)
        case Vertical => vertical(code.value, reference)
        case Extension => fillRest()
        case EndOfLine => endOfPage()
        case _ => false
      }
    }
    if (more && pending != 0) endPending()
  }

  private def pass(reference: Reference): Boolean = {
    reference.catchUp()
    reference.step(1)
    pending += reference.change - position
    position = reference.change
    reference.step(1)
    true
  }

  private def horizontal(reference: Reference): Boolean = {
    val (first, second) = if (count % 2 != 0) (Black, White) else (White, Black)
    val whole = readHorizontalRun(first) && readHorizontalRun(second)
    if (whole) reference.catchUp()
    whole
  }

  private def readHorizontalRun(table: TiffFaxTable): Boolean = {
    val ended = sawEndOfLine
    val whole = readRun(table)
    sawEndOfLine = ended // here such a code is only a bad one
    whole
  }

  private def vertical(shift: Int, reference: Reference): Boolean = {
    reference.catchUp()
    if (shift < 0 && reference.change < position - shift) false
    else {
      add(reference.change - position + shift)
      if (shift < 0) reference.back() else reference.step(1)
      true
    }
  }

  private def fillRest(): Boolean = {
    runs(count) = width - position
    count += 1
    false
  }

  private def endOfPage(): Boolean = {
    fillRest()
    bits.peek(4)
    bits.skip(4)
    sawEndOfLine = true
    false
  }

  private def endPending(): Unit = {
    val whole = pending + position >= width || bits.peek(1) == 1
    if (whole) {
      if (pending + position < width) bits.skip(1)
      add(0)
    }
  }

  private def mended(decode: => Unit): Unit =
    try decode
    finally mend()

  /** Makes the runs as long as the row. */
  def mend(): Unit = {
    if (pending != 0) add(0)
    if (position != width) {
      while (position > width && count > 0) {
        count -= 1
        position -= runs(count)
      }
      if (position < width) {
        if (position < 0) position = 0
        if (count % 2 != 0) add(0)
        add(width - position)
      } else if (position > width) {
        add(width)
        add(0)
      }
    }
  }

  /** Ends the pending run after `pixels` more. */
  def add(pixels: Int): Unit = {
    if (count >= room) overflow()
    runs(count) = pending + pixels
    count += 1
    position += pixels
    pending = 0
  }

  /** The change after the last, which the row below may look at. */
  def addLastChange(): Unit = if (count < room) add(0)

  private def overflow() = throw new ImageException(s"damaged: a row of fax data has more than $room runs")

  /** Sets the bits of black pixels; runs that leave the row are cut. */
  def paint(out: Array[Byte], at: Int): Unit = {
    if (count % 2 != 0) runs(count) = 0
    var x = 0
    var i = 0
    while (i < count) {
      if (Integer.compareUnsigned(x + runs(i), width) > 0 || Integer.compareUnsigned(runs(i), width) > 0)
        runs(i) = width - x
      if (i % 2 != 0) blacken(out, at, x, runs(i))
      x += runs(i)
      i += 1
    }
  }

  private def blacken(out: Array[Byte], at: Int, start: Int, pixels: Int): Unit = {
    var x = start
    while (x < start + pixels)
      if (x % 8 == 0 && start + pixels - x >= 8) {
        out(at + x / 8) = -1
        x += 8
      } else {
        out(at + x / 8) = (out(at + x / 8) | 0x80 >> x % 8).toByte
        x += 1
      }
  }

  /** The place of the row above at which its colour changes next, `b1` in T.6. */
  final private class Reference(above: TiffFaxRow) {
    private var next = 1
    var change: Int = above.runs(0)

    def step(runs: Int): Unit = (0 until runs).foreach { _ =>
      if (next >= room) overflow()
      change += above.runs(next)
      next += 1
    }

    def back(): Unit = {
      next -= 1
      change -= above.runs(next)
    }

    /** Moves beyond the known pixels, by two changes at a time. */
    def catchUp(): Unit =
      if (count != 0) while (change <= position && change < width) step(2)
  }
}
