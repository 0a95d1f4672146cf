package vitscale.resize

import vitscale.image.{PackedImage, PixelRows}

/** Resizes as Pillow's `Image.resize` does, byte for byte (checked against Pillow 13.0).
  *
  * Each axis is a pass of its own with 8-bit samples in between, in integers: the sum starts at one half, is shifted down and
  * clipped to a byte. An axis that keeps its size is left out. Source: Pillow, `src/libImaging/Resample.c`.
  */
object PillowResize {

  /** The image scaled to `width` x `height` pixels. */
  def resize(image: PixelRows, width: Int, height: Int, filter: Resample): PackedImage =
    resize(image, width, height, filter, Region(0, 0, width, height))

  /** A part of the image scaled to `width` x `height` pixels; what is outside of it is not computed.
    *
    * @param region
    *   part of the scaled image, inside its borders
    */
  private[vitscale] def resize(
      image: PixelRows,
      width: Int,
      height: Int,
      filter: Resample,
      region: Region
  ): PackedImage = {
    require(width > 0 && height > 0, s"the target size must be at least 1x1, got ${width}x$height")
    val scratch = ResizeScratch.of(math.max(image.width, width))
    filter match {
      case _ if image.width == width && image.height == height => region.cut(image)
      case Resample.Nearest => region.cut(new NearestRows(image, width, height))
      case kernel: Resample.Kernel =>
        def along(rows: PixelRows, columns: Range) =
          if (rows.width == width) rows
          else new HorizontalPass(rows, ResizeWeights.of(rows.width, width, kernel), columns, scratch)
        def across(rows: PixelRows) =
          if (rows.height == height) rows
          else new VerticalPass(rows, ResizeWeights.of(rows.height, height, kernel), scratch)
        val resized =
          if (heightFirst(image, width, height)) along(across(image), region.columns)
          else across(along(image, region.columns))
        if (resized.width == region.width) region.rowsOf(resized) else region.cut(resized)
    }
  }

  /** Pillow 13's choice of the first pass, which shows in the bytes; Pillow 12 took the width first up to h = 100 w. */
  private def heightFirst(image: PixelRows, width: Int, height: Int): Boolean = {
    val lostRows = image.height.toLong - height
    lostRows > 0 && lostRows > 2 * (image.width.toLong - width)
  }
}
