package vitscale.image.jpeg

import vitscale.ImageException

/** Decodes a JPEG exactly as Pillow with libjpeg-turbo 3 does, however it is coded, damaged or cut off.
  *
  * The JVM's own decoder is quicker and does the ordinary files. This one does what the versions of libjpeg in the
  * different builds of Java do differently: arithmetic coding, files without an end marker, damaged data, progressive
  * files whose last scans are missing. Its rules are those of `jdmarker.c`, `jdinput.c` and `jdcoefct.c`.
  *
  * @param file
  *   the file, behind which an end-of-image marker may have been added
  * @param length
  *   bytes of the file itself
  * @param frame
  *   what Pillow reads from its frame header
  */
final private[jpeg] class JpegStream(file: Array[Byte], length: Int, frame: JpegFrame) {
  import JpegStream._

  private val input = new JpegInput(file, length)
  private val tables = new JpegTables
  private var restartInterval = 0
  private var hasFrame = false
  private var scans = 0
  private var lastGoodRow = 0
  private var isStored = false
  private lazy val planes = frame.components.map(new JpegPlane(_, frame, isStored)).toArray

  /** @return
    *   interleaved samples before colour conversion
    * @throws JpegEnded
    *   where Pillow finds the file truncated
    */
  def samples(): Array[Byte] = {
    input.at = 2
    val header = input.retrying(readMarkers()).getOrElse(damaged("there is no scan in the file"))
    frame.checkSampling()
    isStored = header.components.length < frame.components.length || frame.isProgressive
    if (!frame.isArithmetic && !frame.isProgressive) tables.addStandardHuffman()
    if (isStored) storedScans(header) else singleScan(header)
    rows()
  }

  /** All rows, once their samples are known. */
  def rows(): Array[Byte] = new JpegUpsampling(planes, frame).interleaved()

  /** Whether nothing but the end of the file is left to read. */
  var hasAllRows = false

  /** Whether some rows may have been decoded and others not. */
  var isBetweenRows = false

  private def singleScan(header: ScanHeader): Unit = {
    isBetweenRows = true
    decode(header)
    hasAllRows = true
    // All rows are out: libjpeg looks for the end marker in the portion it has, and does not wait for another.
    try if (readMarkers().isDefined) damaged("there is a second scan of all components")
    catch { case JpegSuspended => () }
  }

  private def storedScans(first: ScanHeader): Unit = {
    var next: Option[ScanHeader] = Some(first)
    while (next.isDefined) {
      decode(next.get)
      next = input.retrying(readMarkers())
    }
    if (scans == 1) planes.foreach(plane => java.util.Arrays.fill(plane.missingBefore, -1))
    if (frame.isProgressive && JpegSmoothing.applies(planes))
      planes.foreach(JpegSmoothing(_, frame, lastGoodRow))
    else planes.foreach(transformAll)
  }

  private def transformAll(plane: JpegPlane): Unit =
    for (row <- 0 until plane.blocksHigh; column <- 0 until plane.blocksWide)
      plane.inverseTransform(plane.coefficients, plane.blockAt(row, column), row, column)

  /** Processes segments up to the next scan, or to the end marker (None). */
  private def readMarkers(): Option[ScanHeader] = {
    var result: Option[Option[ScanHeader]] = None
    while (result.isEmpty) {
      if (input.unreadMarker == 0) input.nextMarker()
      val start = input.at
      try result = segment(input.unreadMarker)
      catch {
        case JpegSuspended =>
          input.at = start
          throw JpegSuspended
      }
      input.unreadMarker = 0
    }
    result.get
  }

  private def segment(marker: Int): Option[Option[ScanHeader]] =
    marker match {
      case JpegMarker.EndOfImage => Some(None)
      case JpegMarker.StartOfScan => Some(Some(scanHeader()))
      case JpegMarker.HuffmanTables => tables.readHuffman(input); None
      case JpegMarker.ArithmeticTables => tables.readConditioning(input); None
      case JpegMarker.QuantizationTables => tables.readQuantization(input); None
      case JpegMarker.RestartInterval => readRestartInterval(); None
      case frameHeader if JpegMarker.isFrame(frameHeader) => checkFrame(); None
      case bare if JpegMarker.isBare(bare) => None
      case other if JpegMarker.isSkipped(other) => skip(); None
      case other => damaged(f"unknown marker 0x$other%02x")
    }

  private def skip(): Unit = {
    val content = input.u16() - 2
    if (content > 0) input.at += content
  }

  private def readRestartInterval(): Unit = {
    if (input.u16() != 4) damaged("the length of its restart interval is not 4")
    restartInterval = input.u16()
  }

  /** The frame header was read before; libjpeg takes it once, and checks its length. */
  private def checkFrame(): Unit = {
    if (hasFrame) damaged("there are two frame headers")
    val content = input.u16()
    if (content != 8 + 3 * frame.components.length) damaged("the length of its frame header is wrong")
    for (_ <- 2 until content) input.u8()
    hasFrame = true
  }

  private def scanHeader(): ScanHeader = {
    if (!hasFrame) damaged("a scan comes before the frame header")
    val content = input.u16()
    val count = input.u8()
    if (content != 6 + 2 * count || count < 1 || count > 4) damaged("the length of a scan header is wrong")
    val components = Array.tabulate(count) { i =>
      val (id, slots) = (input.u8(), input.u8())
      val index = frame.components.indices.find(c => c >= i && frame.components(c).id == id)
      (index.getOrElse(damaged(s"a scan names component $id")), slots)
    }
    if (components.map(_._1).distinct.length < count) damaged("a scan names a component twice")
    val (first, last, bits) = (input.u8(), input.u8(), input.u8())
    ScanHeader(components.map(_._1), components.map(_._2), first, last, bits >> 4, bits & 15)
  }

  private def decode(header: ScanHeader): Unit = {
    scans += 1
    if (scans > JpegProgress.MostScans)
      throw new ImageException(s"more than ${JpegProgress.MostScans} scans; not decoded")
    input.startScan()
    val scan = JpegScan(
      header.components.map(planes(_)),
      header.slots.map(_ >> 4),
      header.slots.map(_ & 15),
      header.first,
      header.last,
      header.high,
      header.low
    )
    if (scan.planes.length > 1 && scan.planes.map(_.component.blocks).sum > JpegMcu.MostBlocks)
      damaged(s"more than ${JpegMcu.MostBlocks} blocks in a unit")
    scan.planes.filter(_.quantization.isEmpty).foreach(latchQuantization)
    if (frame.isProgressive) {
      scan.checkProgression()
      scan.noteProgress(scans == 1)
    }
    val entropy =
      if (frame.isArithmetic)
        new JpegArithmetic(scan, tables, input, restartInterval, frame.isProgressive)
      else JpegHuffman(scan, tables, input, restartInterval, frame.isProgressive)
    new JpegUnits(scan, frame, isStored, entropy, input).decode().foreach(lastGoodRow = _)
  }

  private def latchQuantization(plane: JpegPlane): Unit = {
    val slot = plane.component.quantization
    val table = if (slot < tables.quantization.length) tables.quantization(slot) else null
    if (table == null) damaged(s"its quantisation table $slot is missing")
    plane.quantization = Some(table)
  }

  private def damaged(what: String): Nothing = throw new ImageException(s"damaged: $what")
}

private[jpeg] object JpegStream {

  /** @param components
    *   places of the scan's components in the frame
    * @param slots
    *   each one's DC table in the upper four bits and its AC table in the lower ones
    */
  final private case class ScanHeader(
      components: Array[Int],
      slots: Array[Int],
      first: Int,
      last: Int,
      high: Int,
      low: Int
  )
}
