package vitscale.image.tiff

import vitscale.ImageException

/** What tells Pillow the mode of a page: the key of its table `OPEN_INFO`.
  *
  * @param format
  *   of the samples: 1 unsigned, 2 signed, 3 floating point
  * @param extra
  *   meaning of the samples beyond the colour's: 0 none, 1 premultiplied alpha, 2 alpha
  * @param fillOrder
  *   1: the first pixel is in a byte's highest bits; 2: in its lowest
  */
final private[tiff] case class TiffSampleKind(
    photometric: Int,
    format: Seq[Int],
    bits: Seq[Int],
    extra: Seq[Int],
    fillOrder: Int,
    bigEndian: Boolean
) {
  import TiffLayout._
  import TiffSampleKind._

  private val sampleBits = bits.headOption.getOrElse(0)
  private val equalBits = bits.distinct.length == 1
  private val reversed = fillOrder == 2
  private val isGray = photometric == WhiteIsZero || photometric == BlackIsZero

  /** The mode; none where Pillow has none, or cannot turn it into RGB (premultiplied gray). */
  def mode: Option[TiffMode] =
    if (!equalBits || fillOrder != 1 && !reversed) None
    else if (reversed && !allowsReversedBits) None
    else if (format == Seq(Unsigned)) unsigned
    else if (bits.length > 1 || extra.nonEmpty) None
    else if (format == Seq(Signed) && photometric == BlackIsZero) signed
    else if (format == Seq(Floating) && isGray && sampleBits == 32) Some(TiffMode.Float32)
    else None

  private def allowsReversedBits: Boolean =
    extra.isEmpty && format == Seq(Unsigned) && (bits match {
      case Seq(1 | 2 | 4 | 8) => isGray || photometric == Palette
      case Seq(16) => photometric == BlackIsZero && !bigEndian
      case Seq(8, 8, 8) => photometric == Rgb
      case _ => false
    })

  private def signed: Option[TiffMode] = sampleBits match {
    case 8 => Some(TiffMode.Gray)
    case 16 | 32 => Some(TiffMode.Int32)
    case _ => None
  }

  private def unsigned: Option[TiffMode] = photometric match {
    case WhiteIsZero | BlackIsZero => gray
    case Rgb => rgb
    case Palette => palette
    case Cmyk if cmyk => Some(TiffMode.Cmyk)
    case YCbCr if bits == Seq(8) && extra.isEmpty => Some(TiffMode.Gray)
    case YCbCr if bits == Seq(8, 8, 8) && extra.isEmpty => Some(TiffMode.YCbCr)
    case Lab if bits == Seq(8, 8, 8) && extra.isEmpty => Some(TiffMode.Lab)
    case _ => None
  }

  private def gray: Option[TiffMode] = (bits, extra) match {
    case (Seq(1), Seq()) => Some(TiffMode.Bilevel)
    case (Seq(2 | 4 | 8), Seq()) => Some(TiffMode.Gray)
    case (Seq(12), Seq()) if photometric == BlackIsZero && !bigEndian => Some(TiffMode.Gray16)
    case (Seq(16), Seq()) if photometric == BlackIsZero || !bigEndian => Some(TiffMode.Gray16)
    case (Seq(32), Seq()) if photometric == BlackIsZero && !bigEndian => Some(TiffMode.Int32)
    case (Seq(8, 8), Seq(Nothing)) if photometric == BlackIsZero => Some(TiffMode.Gray)
    case (Seq(8, 8), Seq(Alpha)) if photometric == BlackIsZero => Some(TiffMode.GrayAlpha)
    case _ => None
  }

  private def rgb: Option[TiffMode] = {
    val most = if (sampleBits == 8) 6 else 4
    val known = (sampleBits == 8 || sampleBits == 16) && bits.length <= most
    (bits.length, extra) match {
      case (3, Seq()) if known => Some(TiffMode.Rgb)
      case (4, Seq() | Seq(CorelAlpha)) if known && (extra.isEmpty || sampleBits == 8) => Some(TiffMode.Rgba)
      case (count, first +: others) if known && others.length == count - 4 && others.forall(_ == Nothing) =>
        if (first == Nothing) Some(TiffMode.Rgb)
        else if (first == Alpha || first == Premultiplied) Some(TiffMode.Rgba)
        else None
      case _ => None
    }
  }

  private def palette: Option[TiffMode] = (bits, extra) match {
    case (Seq(1 | 2 | 4 | 8), Seq()) | (Seq(8, 8), Seq(Nothing)) => Some(TiffMode.Palette)
    case (Seq(8, 8), Seq(Alpha)) => Some(TiffMode.PaletteAlpha)
    case _ => None
  }

  private def cmyk: Boolean =
    sampleBits == 8 && bits.length <= 6 && extra == Seq.fill(bits.length - 4)(Nothing) && bits.length >= 4 ||
      sampleBits == 16 && bits.length == 4 && extra.isEmpty

  /** Whether colours are stored multiplied by their alpha. */
  def premultiplied: Boolean = extra.headOption.contains(Premultiplied)

  /** How pixels are unpacked whose samples lie side by side.
    *
    * @param decoded
    *   whether libtiff has decoded them: it gives 16-bit and 32-bit samples in the machine's byte order, and bits in
    *   order. Pillow allows for that with unsigned samples alone, so the others come out swapped from big-endian files.
    */
  def unpacker(mode: TiffMode, decoded: Boolean): TiffUnpacker = {
    val swapped = bigEndian && !decoded
    val flipped = reversed && !decoded
    if (
      flipped && (photometric == Palette && sampleBits < 8 || photometric == WhiteIsZero && sampleBits == 8)
    )
      throw new ImageException(s"uncompressed $mode pages of $sampleBits bits with fill order 2 are not read")
    mode match {
      case TiffMode.Bilevel | TiffMode.Gray | TiffMode.Palette if bits.length == 1 =>
        val step = if (photometric == Palette) 1 else 255 / ((1 << sampleBits) - 1)
        TiffUnpacker.packed(sampleBits, step, inverted = photometric == WhiteIsZero, flipped)
      case TiffMode.Bilevel | TiffMode.Gray | TiffMode.Palette => TiffUnpacker.firstByte(bits.length)
      case TiffMode.GrayAlpha | TiffMode.PaletteAlpha => TiffUnpacker.valueAndAlpha
      case TiffMode.Gray16 if sampleBits == 12 => TiffUnpacker.twelveBits
      case TiffMode.Gray16 => TiffUnpacker.gray16(swapped, flipped)
      case TiffMode.Int32 if sampleBits == 16 => TiffUnpacker.signed16(bigEndian)
      case TiffMode.Int32 | TiffMode.Float32 => TiffUnpacker.words(bigEndian)
      case TiffMode.Rgba if premultiplied =>
        TiffUnpacker.premultiplied(TiffUnpacker.colors(4, bits.length, sampleBits, swapped, flipped))
      case TiffMode.Lab => TiffUnpacker.lab
      case color => TiffUnpacker.colors(color.bands, bits.length, sampleBits, swapped, flipped)
    }
  }

  /** How an uncompressed plane is unpacked: Pillow picks the unpacker by one letter of the name of the whole layout, so
    * it takes 16-bit planes for 8-bit ones, and inverted ones for plain ones.
    */
  def rawPlaneUnpacker(mode: TiffMode, plane: Int): TiffUnpacker = mode match {
    case TiffMode.Bilevel if plane == 0 => TiffUnpacker.packed(1, 255, inverted = false, flipped = false)
    case TiffMode.Gray | TiffMode.Palette if plane == 0 =>
      TiffUnpacker.packed(8, 1, inverted = false, flipped = false)
    case TiffMode.Int32 | TiffMode.Float32 if plane == 0 => TiffUnpacker.words(bigEndian = false)
    case TiffMode.Rgba if plane == 3 && premultiplied => refusePlane(mode, plane)
    case TiffMode.Rgb | TiffMode.Rgba | TiffMode.Cmyk | TiffMode.Lab if plane < mode.bands =>
      TiffUnpacker.band(plane, 8)
    case _ => refusePlane(mode, plane)
  }

  private def refusePlane(mode: TiffMode, plane: Int) =
    throw new ImageException(s"plane $plane of an uncompressed $mode page with separate planes is not read")
}

private[tiff] object TiffSampleKind {
  private val Unsigned = 1
  private val Signed = 2
  private val Floating = 3
  private val Nothing = 0
  private val Premultiplied = 1
  private val Alpha = 2
  private val CorelAlpha = 999 // Corel Draw 10 writes it
}
