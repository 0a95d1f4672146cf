package vitscale.image.tiff

import vitscale.ImageException

/** Decodes whole strips or tiles: reverses bits, decompresses, puts bytes in order, undoes the predictor. */
private[tiff] trait TiffSegmentCodec {

  /** Whether what was decoded before an error counts, where libtiff shows damaged images. */
  def keepsPart: Boolean

  /** Decodes `in(from until to)`.
    *
    * @param rows
    *   rows of the segment, of which the last may have fewer
    * @param out
    *   receives the segment's bytes
    * @return
    *   how many bytes of `out` were filled
    */
  def decode(in: Array[Byte], from: Int, to: Int, rows: Int, out: Array[Byte]): Int
}

/** Chooses the codec of a page. */
private[tiff] object TiffSegmentCodec {

  /** The codec of a page.
    *
    * @throws ImageException
    *   if the compression, or its use for these samples, is not read
    */
  def of(fields: TiffDirectory, layout: TiffLayout, segments: TiffSegments): TiffSegmentCodec =
    layout.compression match {
      case TiffCompression.Jpeg => new TiffJpeg(fields, layout, segments.width, segments.samples)
      case fax if TiffCompression.Fax(fax) => new FaxSegments(fields, layout, segments)
      case _ => new Plain(fields, layout, segments)
    }

  final private class FaxSegments(fields: TiffDirectory, layout: TiffLayout, segments: TiffSegments)
      extends TiffSegmentCodec {
    if (layout.bits != Seq(1))
      throw new ImageException("fax coding with more than one bit a pixel is not read")

    private val fax = new TiffFax(
      layout.compression,
      layout.compression == TiffCompression.Fax3 && (fields.int(TiffTag.Group3Options, 0) & 1) != 0,
      layout.reversedBits,
      segments.width,
      segments.rowBytes.toInt
    )

    def keepsPart: Boolean = false

    def decode(in: Array[Byte], from: Int, to: Int, rows: Int, out: Array[Byte]): Int =
      fax.decode(in, from, to, out)
  }

  final private class Plain(fields: TiffDirectory, layout: TiffLayout, segments: TiffSegments)
      extends TiffSegmentCodec {
    private val codec = TiffCompression.codec(layout.compression)
    private val predictor =
      if (TiffCompression.WithPredictor(layout.compression)) fields.int(TiffTag.Predictor, TiffPredictor.None)
      else TiffPredictor.None

    private val undo =
      TiffPredictor.undo(predictor, layout, segments.rowBytes.toInt, segments.samples, fields.isBigEndian)

    def keepsPart: Boolean =
      layout.compression == TiffCompression.Lzw || layout.compression == TiffCompression.PackBits

    def decode(in: Array[Byte], from: Int, to: Int, rows: Int, out: Array[Byte]): Int = {
      val filled =
        if (layout.reversedBits) {
          val flipped = in.slice(from, to).map(byte => TiffUnpacker.Flipped(byte & 0xff))
          codec.decode(flipped, 0, flipped.length, out)
        } else codec.decode(in, from, to, out)
      if (filled == out.length) undo(out)
      filled
    }
  }
}
