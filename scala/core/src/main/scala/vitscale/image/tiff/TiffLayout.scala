package vitscale.image.tiff

import vitscale.ImageException

/** How the samples of a TIFF page are stored, and the mode that Pillow gives them.
  *
  * @param bits
  *   of each sample of a pixel, those that Pillow leaves out not among them
  * @param samples
  *   how a pixel is stored
  */
final private[tiff] case class TiffLayout(
    width: Int,
    height: Int,
    compression: Int,
    photometric: Int,
    planar: Boolean,
    reversedBits: Boolean,
    bits: Seq[Int],
    extra: Seq[Int],
    mode: TiffMode,
    samples: TiffSampleKind
)

/** Photometric interpretations by their numbers (TIFF 6.0, field 262), and the reading of a layout. */
private[tiff] object TiffLayout {

  val WhiteIsZero = 0
  val BlackIsZero = 1
  val Rgb = 2
  val Palette = 3
  val Cmyk = 5
  val YCbCr = 6
  val Lab = 8

  /** The samples that a photometric interpretation needs; others have one. */
  private val ColorSamples = Map(Rgb -> 3, YCbCr -> 3, Lab -> 3, Cmyk -> 4)

  private val MostSamples = 6
  private val MostNumbers = 64 // of a field with one number a sample
  private val UnassignedSample = 0

  /** Reads the layout of a page, with the rules of Pillow's `TiffImageFile._setup`.
    *
    * @throws ImageException
    *   when Pillow knows no mode for it
    */
  def of(fields: TiffDirectory): TiffLayout = {
    val compression = fields.int(TiffTag.Compression, TiffCompression.Uncompressed)
    TiffCompression.refuseUnread(compression)
    val photometric = fields.int(TiffTag.Photometric, WhiteIsZero)
    val planar = fields.int(TiffTag.PlanarConfiguration, 1) == 2
    val fillOrder = fields.int(TiffTag.FillOrder, 1)
    val (bits, extra) = samplesOf(fields, planar)
    val kind = TiffSampleKind(photometric, formatOf(fields), bits, extra, fillOrder, fields.isBigEndian)
    val mode = kind.mode.getOrElse(throw new ImageException(unknown(kind)))
    TiffLayout(
      fields.int(TiffTag.Width, throw new ImageException("damaged: no width")),
      fields.int(TiffTag.Height, throw new ImageException("damaged: no height")),
      compression,
      photometric,
      planar,
      reversedBits = fillOrder == 2,
      bits,
      extra,
      mode,
      kind
    )
  }

  private def unknown(kind: TiffSampleKind): String =
    s"photometric interpretation ${kind.photometric} with samples of ${kind.bits.mkString(" + ")} bits " +
      s"(format ${kind.format.mkString(", ")}; extra samples ${kind.extra.mkString("[", ", ", "]")}; " +
      s"fill order ${kind.fillOrder}) is not read"

  private def formatOf(fields: TiffDirectory): Seq[Int] = {
    val formats = ints(fields, TiffTag.SampleFormat, Seq(1))
    if (formats.length > 1 && formats.distinct.length == 1) formats.take(1) else formats
  }

  /** The bits of each sample, and the meaning of the extra ones. */
  private def samplesOf(fields: TiffDirectory, planar: Boolean): (Seq[Int], Seq[Int]) = {
    val declared = ints(fields, TiffTag.BitsPerSample, Seq(1))
    val allExtra = ints(fields, TiffTag.ExtraSamples, Nil)
    val announced = fields.int(TiffTag.SamplesPerPixel, 1)
    // Planes of no meaning come last and can be left out.
    val left = planar && allExtra.nonEmpty && allExtra.max == UnassignedSample
    val extra = if (left) Nil else allExtra
    val bits = if (left) declared.dropRight(allExtra.length) else declared
    val count = if (left) announced - allExtra.length else announced
    if (count > MostSamples || count < 0)
      throw new ImageException(s"$count samples a pixel, expected at most $MostSamples")
    val all = if (bits.length == 1 && count > 1) Seq.fill(count)(bits.head) else bits.take(count)
    if (all.length != count)
      throw new ImageException(s"damaged: $count samples a pixel with ${all.length} sizes in bits")
    (all, extra)
  }

  private def ints(fields: TiffDirectory, tag: Int, default: Seq[Int]): Seq[Int] =
    fields.numbers(tag).fold(default)(_.take(MostNumbers).toSeq.map(_.toInt))

  /** How many samples a pixel's colour has, the extra ones not among them. */
  def colorSamples(photometric: Int): Int = ColorSamples.getOrElse(photometric, 1)
}
