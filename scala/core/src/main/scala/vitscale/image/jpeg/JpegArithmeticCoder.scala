package vitscale.image.jpeg

/** The binary arithmetic decoder of JPEG (ITU-T T.81, D.2), as libjpeg's `jdarith.c` keeps its registers. */
final private[jpeg] class JpegArithmeticCoder(input: JpegInput) {

  private var code = 0L
  private var interval = 0L
  private var shift = InitialShift

  private def InitialShift = -16

  /** Set where damaged data give an impossible value: the rest of the segment stays as it is. */
  var isBroken = false

  /** Begins a segment of data, as libjpeg does behind a restart marker. */
  def start(): Unit = {
    code = 0
    interval = 0
    shift = InitialShift
    isBroken = false
  }

  /** Decodes one decision.
    *
    * @param states
    *   statistics: the state in the low seven bits, the more probable symbol above
    */
  def decide(states: Array[Byte], at: Int): Int = {
    renormalise()
    val entry = states(at) & 0xff
    val state = entry & 0x7f
    val probable = entry >> 7
    val less = JpegArithmeticTable.interval(state)
    interval -= less
    val bound = interval << shift
    if (code >= bound) {
      code -= bound
      val exchanged = interval < less
      interval = less.toLong
      conclude(states, at, state, probable, isLess = !exchanged)
    } else if (interval < 0x8000) conclude(states, at, state, probable, isLess = interval < less)
    else probable
  }

  private def conclude(states: Array[Byte], at: Int, state: Int, probable: Int, isLess: Boolean): Int = {
    val switched = isLess && JpegArithmeticTable.switches(state)
    val next = if (isLess) JpegArithmeticTable.afterLess(state) else JpegArithmeticTable.afterMore(state)
    states(at) = ((if (switched) 1 - probable else probable) << 7 | next).toByte
    if (isLess) 1 - probable else probable
  }

  private def renormalise(): Unit =
    while (interval < 0x8000) {
      shift -= 1
      if (shift < 0) {
        code = code << 8 | nextByte()
        shift += 8
        if (shift < 0) {
          shift += 1
          if (shift == 0) interval = 0x8000
        }
      }
      interval <<= 1
    }

  /** The next byte, zeros from a marker on. */
  private def nextByte(): Int =
    if (input.unreadMarker != 0) 0
    else {
      var byte = input.u8()
      if (byte == 0xff) {
        while (byte == 0xff) byte = input.u8()
        if (byte == 0) byte = 0xff
        else {
          input.unreadMarker = byte
          byte = 0
        }
      }
      byte
    }
}
