package vitscale.resize

import vitscale.image.PixelRows

/** The source pixel under the centre of each target pixel.
  *
  * Source: Pillow's `ImagingScaleAffine` (`Geometry.c`), where the position grows by repeated addition, rounding errors
  * included.
  */
final private[resize] class NearestRows(source: PixelRows, override val width: Int, override val height: Int)
    extends PixelRows {

  private val columns = NearestRows.positions(source.width, width)
  private val rows = NearestRows.positions(source.height, height)
  private val some = new Array[Int](source.width)
  private var loaded = -1

  override def read(first: Int, count: Int, words: Array[Int]): Unit = {
    var row = 0
    while (row < count) {
      load(rows(first + row))
      var x = 0
      while (x < width) {
        words(row * width + x) = some(columns(x))
        x += 1
      }
      row += 1
    }
  }

  private def load(row: Int): Unit = if (row != loaded) {
    source.read(row, 1, some)
    loaded = row
  }
}

private object NearestRows {

  private def positions(inSize: Int, outSize: Int): Array[Int] = {
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
}
