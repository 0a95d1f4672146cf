package vitscale.runtime

import vitscale.ImageException

/** TIFF: the first page; gray, palette, RGB and CMYK of up to 16 bits, in the compressions that TwelveMonkeys knows.
  *
  * Refused, although Pillow reads them: BigTIFF, YCbCr (as in JPEG-compressed pages, whose chroma libtiff and
  * TwelveMonkeys interpolate differently), signed, 32-bit and floating-point samples.
  */
private[runtime] object TiffFormat extends ImageFormat {

  val name = "TIFF"

  private val LittleEndian = Array[Byte]('I', 'I', 42, 0)
  private val BigEndian = Array[Byte]('M', 'M', 0, 42)
  private val BigTiff = Seq(Array[Byte]('I', 'I', 43, 0), Array[Byte]('M', 'M', 0, 43))

  def recognises(file: Array[Byte]): Boolean =
    (LittleEndian +: BigEndian +: BigTiff).exists(file.startsWith(_))

  def open(file: Array[Byte]): EncodedImage = {
    if (BigTiff.exists(file.startsWith(_))) throw new ImageException("BigTIFF is not supported")
    val fields = TiffDirectory.read(file)
    refuseTruncated(file, fields)
    new TiffImage(file, fields)
  }

  /** Whatever a strip or tile lacks would be left black. */
  private def refuseTruncated(file: Array[Byte], fields: TiffDirectory): Unit = {
    def all(strips: Int, tiles: Int): Seq[Int] =
      fields.values(strips).orElse(fields.values(tiles)).getOrElse(Nil)
    val starts = all(TiffTag.StripOffsets, TiffTag.TileOffsets)
    val lengths = all(TiffTag.StripByteCounts, TiffTag.TileByteCounts)
    if (starts.isEmpty || starts.length != lengths.length)
      throw new ImageException("damaged: no list of its strips")
    val end = starts.zip(lengths).map { case (start, length) => start.toLong + length }.max
    if (end > file.length)
      throw new ImageException(s"truncated: ${end} bytes announced, ${file.length} there")
  }
}

private[runtime] object TiffTag {
  val Width = 256
  val Height = 257
  val BitsPerSample = 258
  val Photometric = 262
  val StripOffsets = 273
  val SamplesPerPixel = 277
  val StripByteCounts = 279
  val ColorMap = 320
  val TileOffsets = 324
  val TileByteCounts = 325
  val ExtraSamples = 338
  val SampleFormat = 339
}
