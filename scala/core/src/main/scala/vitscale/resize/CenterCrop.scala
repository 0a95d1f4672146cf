package vitscale.resize

import vitscale.image.RgbImage

/** Cuts the middle out of an image; where the image is smaller, black surrounds it.
  *
  * Source: `transformers.image_transforms.center_crop`, which rounds an odd margin down where it cuts, and where it pads
  * rounds up the margin before the image.
  */
private[vitscale] object CenterCrop {

  def crop(image: RgbImage, width: Int, height: Int): RgbImage =
    if (image.width == width && image.height == height) image
    else {
      val left = offset(image.width, width, pads = image.width < width || image.height < height)
      val top = offset(image.height, height, pads = image.width < width || image.height < height)
      val out = new Array[Byte](Math.multiplyExact(Math.multiplyExact(width, height), 3))
      val firstColumn = math.max(left, 0)
      val columns = math.min(left + width, image.width) - firstColumn
      var y = math.max(top, 0)
      while (y < math.min(top + height, image.height)) {
        val from = (y * image.width + firstColumn) * 3
        val to = ((y - top) * width + firstColumn - left) * 3
        System.arraycopy(image.data, from, out, to, columns * 3)
        y += 1
      }
      RgbImage(width, height, out)
    }

  /** Where the crop starts in the image; negative where it starts before it. */
  private def offset(from: Int, to: Int, pads: Boolean): Int = {
    val cut = Math.floorDiv(from - to, 2)
    if (!pads) cut
    else {
      val before = (math.max(from, to) - from + 1) / 2
      math.max(cut + before, 0) - before
    }
  }
}
