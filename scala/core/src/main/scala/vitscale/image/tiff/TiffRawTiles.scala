package vitscale.image.tiff

import vitscale.ImageException

/** An uncompressed page, read as Pillow reads it: strip by strip or tile by tile from their places alone. The announced
  * byte counts do not matter; what the size of the image needs must be in the file.
  */
final private[tiff] class TiffRawTiles(fields: TiffDirectory, layout: TiffLayout) {

  /** A part of the image, the place of its first row in the file, and the bytes from row to row. */
  private case class Tile(
      x: Int,
      y: Int,
      width: Int,
      height: Int,
      at: Long,
      stride: Long,
      unpacker: TiffUnpacker
  ) {
    def sameButPlace(other: Tile): Boolean = copy(at = other.at) == other
  }

  private val (offsets, tileWidth, tileHeight) =
    if (fields.has(TiffTag.StripOffsets))
      (
        fields.numbers(TiffTag.StripOffsets),
        layout.width.toLong,
        fields.number(TiffTag.RowsPerStrip).getOrElse(layout.height.toLong)
      )
    else
      (
        fields.numbers(TiffTag.TileOffsets),
        fields.number(TiffTag.TileWidth).getOrElse(0L),
        fields.number(TiffTag.TileLength).getOrElse(0L)
      )

  /** Reads all tiles.
    *
    * @param canvas
    *   of the layout's size and mode; what the page has no tile for is left as it is
    * @throws ImageException
    *   if the file ends before the last tile
    */
  def readInto(canvas: TiffCanvas): Unit = {
    if (tileWidth <= 0 || tileHeight <= 0)
      throw new ImageException(s"damaged: strips or tiles of ${tileWidth}x$tileHeight pixels")
    inFileOrder(tiles()).foreach(read(_, canvas))
  }

  private def places: Array[Long] = {
    val all = offsets.getOrElse(throw new ImageException("damaged: no list of its strips or tiles"))
    // Where each would cover the whole image, Pillow takes the last.
    if (tileWidth == layout.width && tileHeight == layout.height && !layout.planar) all.takeRight(1) else all
  }

  private def tiles(): Seq[Tile] = {
    val interleaved = layout.samples.unpacker(layout.mode, decoded = false)
    var (x, y, plane) = (0L, 0L, 0)
    places.toSeq.map { place =>
      val unpacker = if (layout.planar) layout.samples.rawPlaneUnpacker(layout.mode, plane) else interleaved
      val tile = Tile(
        x.toInt,
        y.toInt,
        math.min(tileWidth, layout.width - x).toInt,
        math.min(tileHeight, layout.height - y).toInt,
        place,
        stride(unpacker, x),
        unpacker
      )
      x += tileWidth
      if (x >= layout.width) {
        x = 0
        y += tileHeight
        if (y >= layout.height) {
          y = 0
          plane += 1
        }
      }
      tile
    }
  }

  private def stride(unpacker: TiffUnpacker, x: Long): Long = {
    val width = math.min(tileWidth, layout.width - x).toInt
    val least = unpacker.rowBytes(width)
    if (x + tileWidth <= layout.width) least
    else {
      // Tiles that stick out of the image keep their whole width.
      val planes = if (layout.planar) TiffLayout.colorSamples(layout.photometric) + layout.extra.length else 1
      val whole = (tileWidth.toDouble * layout.bits.sum / 8 / planes).toLong
      if (whole != 0 && whole < least)
        throw new ImageException(s"damaged: tiles of $whole bytes a row, expected $least or more")
      math.max(whole, least)
    }
  }

  /** Of neighbours for the same part of the image, the last counts. */
  private def inFileOrder(tiles: Seq[Tile]): Seq[Tile] = {
    val sorted = tiles.sortBy(_.at)
    sorted.zipWithIndex.collect {
      case (tile, i) if i + 1 == sorted.length || !tile.sameButPlace(sorted(i + 1)) => tile
    }
  }

  private def read(tile: Tile, canvas: TiffCanvas): Unit = {
    val rowBytes = tile.unpacker.rowBytes(tile.width)
    val end = tile.at + (tile.height - 1) * tile.stride + rowBytes
    if (tile.at < 0 || end > fields.bytes.length)
      throw new ImageException(s"truncated: its pixels end at byte $end, the file has ${fields.bytes.length}")
    for (row <- 0 until tile.height) {
      val from = (tile.at + row * tile.stride).toInt
      tile.unpacker(fields.bytes, from, canvas.pixels, canvas.at(tile.x, tile.y + row), tile.width)
    }
  }
}
