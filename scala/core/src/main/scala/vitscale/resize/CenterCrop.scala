package vitscale.resize

import vitscale.image.PackedImage

/** Cuts the middle out of an image; where the image is smaller, black surrounds it.
  *
  * Source: `transformers.image_transforms.center_crop`, which rounds an odd margin down where it cuts, and where it pads
  * rounds up the margin before the image.
  *
  * @param width
  *   size of the result
  * @param halfToEven
  *   whether half an odd margin is rounded to the even number, as by `center_crop` of torchvision
  */
final private[vitscale] case class CenterCrop(width: Int, height: Int, halfToEven: Boolean = false) {

  /** The part of an image of a size that stays. */
  def region(fromWidth: Int, fromHeight: Int): Region = {
    val (left, top) = offsets(fromWidth, fromHeight)
    val (firstColumn, firstRow) = (math.max(left, 0), math.max(top, 0))
    Region(
      firstColumn,
      firstRow,
      math.min(left + width, fromWidth) - firstColumn,
      math.min(top + height, fromHeight) - firstRow
    )
  }

  /** The result from that part of an image of a size: the part itself, or with black around it. */
  def surround(part: PackedImage, fromWidth: Int, fromHeight: Int): PackedImage =
    if (part.width == width && part.height == height) part
    else {
      val (left, top) = offsets(fromWidth, fromHeight)
      val words = new Array[Int](Math.multiplyExact(width, height))
      var y = 0
      while (y < part.height) {
        val to = (math.max(-top, 0) + y) * width + math.max(-left, 0)
        System.arraycopy(part.words, y * part.width, words, to, part.width)
        y += 1
      }
      new PackedImage(width, height, words)
    }

  private def offsets(fromWidth: Int, fromHeight: Int): (Int, Int) = {
    val pads = fromWidth < width || fromHeight < height
    (offset(fromWidth, width, pads), offset(fromHeight, height, pads))
  }

  /** Where the crop starts in the image; negative where it starts before it. */
  private def offset(from: Int, to: Int, pads: Boolean): Int = {
    val cut = if (halfToEven) Math.rint((from - to) / 2.0).toInt else Math.floorDiv(from - to, 2)
    if (!pads) cut
    else {
      val before = (math.max(from, to) - from + 1) / 2
      math.max(cut + before, 0) - before
    }
  }
}
