package vitscale.image.jpeg

/** The codes of JPEG's markers (ITU-T T.81, table B.1). */
private[jpeg] object JpegMarker {
  val Temporary = 0x01
  val Baseline = 0xc0
  val Progressive = 0xc2
  val Lossless = 0xc3
  val HuffmanTables = 0xc4
  val Reserved = 0xc8
  val ArithmeticSequential = 0xc9
  val ArithmeticProgressive = 0xca
  val ArithmeticTables = 0xcc
  val FirstRestart = 0xd0
  val StartOfImage = 0xd8
  val EndOfImage = 0xd9
  val StartOfScan = 0xda
  val QuantizationTables = 0xdb
  val NumberOfLines = 0xdc
  val RestartInterval = 0xdd
  val Hierarchy = 0xde
  val Expansion = 0xdf
  val App0 = 0xe0
  val App1 = 0xe1
  val App2 = 0xe2
  val App13 = 0xed
  val App14 = 0xee
  val Comment = 0xfe

  private val NotFrames = Set(HuffmanTables, Reserved, ArithmeticTables)

  /** Whether it starts a frame header (SOF0 to SOF15). */
  def isFrame(marker: Int): Boolean = marker >= 0xc0 && marker <= 0xcf && !NotFrames(marker)

  /** Application segments and comments: metadata. */
  def isMetadata(marker: Int): Boolean = marker >= App0 && marker < App0 + 16 || marker == Comment

  /** Segments that libjpeg skips. */
  def isSkipped(marker: Int): Boolean = isMetadata(marker) || marker == NumberOfLines

  def isRestart(marker: Int): Boolean = marker >= FirstRestart && marker < FirstRestart + 8

  /** Markers without a length that libjpeg passes over. */
  def isBare(marker: Int): Boolean = isRestart(marker) || marker == Temporary
}
