package vitscale.resize

import vitscale.image.{PackedImage, PixelRows}

/** A part of an image, inside its borders. */
final private[vitscale] case class Region(left: Int, top: Int, width: Int, height: Int) {

  def columns: Range = left until left + width

  /** The part of an image. */
  def cut(image: PixelRows): PackedImage = image match {
    case whole: PackedImage if whole.width == width && whole.height == height => whole
    case _ => read(image, left)
  }

  /** The part of an image whose columns are already those of the region. */
  def rowsOf(image: PixelRows): PackedImage = read(image, 0)

  private def read(image: PixelRows, from: Int): PackedImage = {
    val words = new Array[Int](Math.multiplyExact(width, height))
    val some = new Array[Int](Math.multiplyExact(image.width, PixelRows.AtATime))
    var y = 0
    while (y < height) {
      val count = math.min(PixelRows.AtATime, height - y)
      image.read(top + y, count, some)
      var row = 0
      while (row < count) {
        System.arraycopy(some, row * image.width + from, words, (y + row) * width, width)
        row += 1
      }
      y += count
    }
    new PackedImage(width, height, words)
  }
}
