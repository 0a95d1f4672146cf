package vitscale.image.tiff

import vitscale.ImageException
import vitscale.image.DecodeLimits

/** The strips or tiles of a compressed page: their sizes, their places in the file, and their decoded bytes, all as
  * libtiff computes them.
  *
  * @param block
  *   pixels across and down that share their chroma, where it is stored once for several pixels
  */
final private[tiff] class TiffSegments(
    fields: TiffDirectory,
    layout: TiffLayout,
    block: Option[(Int, Int)]
) {

  if (!fields.isWhole) throw new ImageException("truncated: the file ends inside its directory")

  /** Whether the page is cut into tiles (TIFF 6.0, section 15), not into strips. */
  val tiled: Boolean = fields.has(TiffTag.TileWidth) || fields.has(TiffTag.TileLength)

  if (fields.number(TiffTag.RowsPerStrip).contains(0L)) throw new ImageException("damaged: strips of 0 rows")

  private def edge(tag: Int): Int = {
    val value = fields.int(tag, 0)
    if (value <= 0) throw new ImageException(s"damaged: tiles with an edge of $value pixels")
    value
  }

  /** Pixels of a segment; strips are as wide as the image. */
  val width: Int = if (tiled) edge(TiffTag.TileWidth) else layout.width

  /** Rows of a segment; the last strip may have fewer. */
  val height: Int =
    if (tiled) edge(TiffTag.TileLength)
    else {
      val rows = fields.number(TiffTag.RowsPerStrip).getOrElse(TiffSegments.WholeImage)
      if (rows <= 0 || rows > Int.MaxValue && rows != TiffSegments.WholeImage)
        throw new ImageException(s"damaged: strips of $rows rows")
      math.min(rows, layout.height.toLong).toInt
    }

  private def ceil(a: Int, b: Int): Int = (a + b - 1) / b

  /** Segments side by side. */
  val across: Int = if (tiled) ceil(layout.width, width) else 1
  private val down = ceil(layout.height, height)
  private val planes = if (layout.planar) math.max(fields.int(TiffTag.SamplesPerPixel, 1), 1) else 1
  private val count = Math.multiplyExact(Math.multiplyExact(across, down), planes)

  /** Samples of a pixel that lie in one segment. */
  val samples: Int = if (layout.planar) 1 else layout.bits.length

  private val sampleBits = layout.bits.head

  /** Bytes of a row of pixels, or of one row out of a row of blocks. */
  val rowBytes: Long = block match {
    case Some((_, vertical)) => blockRowBytes / vertical
    case None => (width.toLong * samples * sampleBits + 7) / 8
  }

  /** Bytes of a row of blocks: a block has its luma samples, then one sample of each chroma. */
  private def blockRowBytes: Long = {
    val (horizontal, vertical) = block.get
    (ceil(width, horizontal).toLong * (horizontal * vertical + 2) * sampleBits + 7) / 8
  }

  /** Bytes of a segment of so many rows, decompressed.
    *
    * @throws ImageException
    *   if they are more than an array or the pixel limit holds
    */
  def segmentBytes(rows: Int): Int = {
    val bytes = block.fold(rows * rowBytes) { case (_, vertical) => ceil(rows, vertical) * blockRowBytes }
    if (bytes <= 0 || bytes > Int.MaxValue - 8 || width.toLong * height > DecodeLimits.default.maxPixels)
      throw new ImageException(s"strips or tiles of ${width}x$height pixels are not read")
    bytes.toInt
  }

  private val offsets =
    fields
      .numbers(TiffTag.StripOffsets)
      .orElse(fields.numbers(TiffTag.TileOffsets))
      .getOrElse(throw new ImageException("damaged: no list of its strips or tiles"))

  private val announced =
    fields.numbers(TiffTag.StripByteCounts).orElse(fields.numbers(TiffTag.TileByteCounts))

  if (announced.isEmpty && count > (if (layout.planar) planes else 1))
    throw new ImageException(s"damaged: no byte counts of its $count strips or tiles")

  /** libtiff's estimate where no byte counts are given: all that is no directory. */
  private def estimated(index: Int): Long = {
    val share = fields.otherBytes / planes
    if (index == count - 1) math.min(share, fields.bytes.length - offsets(index)) else share
  }

  private def byteCount(index: Int): Long = announced match {
    case None => estimated(index)
    case Some(Array(0)) if count == 1 && !tiled => estimated(index)
    case Some(counts) => if (index < counts.length) counts(index) else 0
  }

  /** Where the compressed bytes of a segment start and end.
    *
    * @param rows
    *   of the segment
    * @param decodedBytes
    *   of a whole segment; libtiff reads no more than ten times as many
    */
  private def place(index: Int, decodedBytes: Long): (Int, Int) = {
    val at = if (index < offsets.length) offsets(index) else 0L
    val declared = byteCount(index)
    val most = 10 * decodedBytes + 4096
    val length = if (declared > 1024 * 1024 && declared > most) most else declared
    if (length <= 0 || at < 0) throw new ImageException(s"damaged: strip or tile $index has $length bytes")
    if (at > fields.bytes.length - length)
      throw new ImageException(
        s"truncated: strip or tile $index ends at byte ${at + length}, the file has ${fields.bytes.length}"
      )
    (at.toInt, (at + length).toInt)
  }

  private val codec: TiffSegmentCodec = TiffSegmentCodec.of(fields, layout, this)

  /** Decodes the segment at column `column` and row `row` of segments, of a plane.
    *
    * @param lenient
    *   whether what is missing stays zero, as in libtiff's conversion to RGBA, which lets damaged strips be
    */
  def read(column: Int, row: Int, plane: Int, lenient: Boolean = false): Array[Byte] = {
    val index = (plane * down + row) * across + column
    val rows = rowsOf(row)
    val (from, to) = place(index, segmentBytes(height).toLong)
    val out = new Array[Byte](segmentBytes(rows))
    val filled = codec.decode(fields.bytes, from, to, rows, out)
    if (filled < out.length && !(lenient && codec.keepsPart))
      throw new ImageException(
        s"damaged: the data of strip or tile $index end or break after $filled of ${out.length} bytes"
      )
    out
  }

  /** Rows of a segment; the last strip can have fewer than the others, a tile cannot. */
  def rowsOf(row: Int): Int = if (tiled) height else math.min(height, layout.height - row * height)

  /** Segments one above the other. */
  def rows: Int = down
}

private object TiffSegments {
  private val WholeImage = 0xffffffffL
}
