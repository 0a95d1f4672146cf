package vitscale.resize

import vitscale.image.RgbImage

/** Resizes as Pillow's `Image.resize` does, byte for byte (checked against Pillow 13.0).
  *
  * Each axis is a pass of its own with an 8-bit image in between, in integers: the sum starts at one half, is shifted
  * down and clipped to a byte. An axis that keeps its size is left out. Source: Pillow, `src/libImaging/Resample.c`.
  */
object PillowResize {

  private val Half = 1 << (ResizeWeights.FractionBits - 1)

  /** `image` scaled to `width` x `height` pixels; `image` itself if it has that size already. */
  def resize(image: RgbImage, width: Int, height: Int, filter: Resample): RgbImage = {
    require(width > 0 && height > 0, s"the target size must be at least 1x1, got ${width}x$height")
    filter match {
      case _ if image.width == width && image.height == height => image
      case Resample.Nearest => nearest(image, width, height)
      case kernel: Resample.Kernel =>
        if (heightFirst(image, width, height)) horizontal(vertical(image, height, kernel), width, kernel)
        else vertical(horizontal(image, width, kernel), height, kernel)
    }
  }

  /** Pillow 13's choice of the first pass, which shows in the bytes; Pillow 12 took the width first up to h = 100 w. */
  private def heightFirst(image: RgbImage, width: Int, height: Int): Boolean = {
    val lostRows = image.height.toLong - height
    lostRows > 0 && lostRows > 2 * (image.width.toLong - width)
  }

  private def horizontal(image: RgbImage, width: Int, filter: Resample.Kernel): RgbImage =
    if (image.width == width) image
    else {
      val table = ResizeWeights.of(image.width, width, filter)
      val out = new Array[Byte](bytes(width, image.height))
      var y = 0
      while (y < image.height) {
        resampleRow(image.data, y * image.width * 3, table, out, y * width * 3)
        y += 1
      }
      RgbImage(width, image.height, out)
    }

  private def resampleRow(
      source: Array[Byte],
      sourceAt: Int,
      table: ResizeWeights,
      out: Array[Byte],
      outAt: Int
  ): Unit = {
    val weights = table.weights
    var x = 0
    var to = outAt
    while (x < table.outSize) {
      var red = Half
      var green = Half
      var blue = Half
      var from = sourceAt + table.first(x) * 3
      var k = x * table.stride
      val end = k + table.count(x)
      while (k < end) {
        val weight = weights(k)
        red += (source(from) & 0xff) * weight
        green += (source(from + 1) & 0xff) * weight
        blue += (source(from + 2) & 0xff) * weight
        from += 3
        k += 1
      }
      out(to) = clip(red)
      out(to + 1) = clip(green)
      out(to + 2) = clip(blue)
      to += 3
      x += 1
    }
  }

  private def vertical(image: RgbImage, height: Int, filter: Resample.Kernel): RgbImage =
    if (image.height == height) image
    else {
      val table = ResizeWeights.of(image.height, height, filter)
      val rowBytes = image.width * 3
      val out = new Array[Byte](bytes(image.width, height))
      val sums = new Array[Int](rowBytes)
      var y = 0
      while (y < height) {
        java.util.Arrays.fill(sums, Half)
        var k = 0
        while (k < table.count(y)) {
          addRow(image.data, (table.first(y) + k) * rowBytes, table.weights(y * table.stride + k), sums)
          k += 1
        }
        clipRow(sums, out, y * rowBytes)
        y += 1
      }
      RgbImage(image.width, height, out)
    }

  /** A loop without branches over whole rows, which the JIT turns into vector instructions. */
  private def addRow(source: Array[Byte], at: Int, weight: Int, sums: Array[Int]): Unit = {
    var i = 0
    while (i < sums.length) {
      sums(i) += (source(at + i) & 0xff) * weight
      i += 1
    }
  }

  private def clipRow(sums: Array[Int], out: Array[Byte], at: Int): Unit = {
    var i = 0
    while (i < sums.length) {
      out(at + i) = clip(sums(i))
      i += 1
    }
  }

  private def clip(sum: Int): Byte =
    math.min(math.max(sum >> ResizeWeights.FractionBits, 0), 255).toByte

  /** Pillow's `ImagingScaleAffine`: the source position grows by repeated addition, rounding errors included. */
  private def nearest(image: RgbImage, width: Int, height: Int): RgbImage = {
    val columns = nearestPositions(image.width, width)
    val rows = nearestPositions(image.height, height)
    val out = new Array[Byte](bytes(width, height))
    var to = 0
    var y = 0
    while (y < height) {
      val row = rows(y) * image.width
      var x = 0
      while (x < width) {
        val from = (row + columns(x)) * 3
        out(to) = image.data(from)
        out(to + 1) = image.data(from + 1)
        out(to + 2) = image.data(from + 2)
        to += 3
        x += 1
      }
      y += 1
    }
    RgbImage(width, height, out)
  }

  private def nearestPositions(inSize: Int, outSize: Int): Array[Int] = {
    val step = inSize.toDouble / outSize
    val positions = new Array[Int](outSize)
    var position = step * 0.5
    var i = 0
    while (i < outSize) {
      positions(i) = math.min(position.toInt, inSize - 1)
      position += step
      i += 1
    }
    positions
  }

  private def bytes(width: Int, height: Int): Int = Math.multiplyExact(Math.multiplyExact(width, height), 3)
}
