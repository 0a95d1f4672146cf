package vitscale.image

/** Colours that stand for 8-bit samples.
  *
  * @param rgb
  *   256 colours, three bytes each
  */
final private[image] class ColorTable(rgb: Array[Byte]) {

  /** The image whose pixels are colours of this table.
    *
    * @param indices
    *   `width * height` unsigned numbers of colours, row by row
    */
  def toRgb(width: Int, height: Int, indices: Array[Byte]): RgbImage = {
    val out = new Array[Byte](Math.multiplyExact(indices.length, 3))
    var to = 0
    var i = 0
    while (i < indices.length) {
      val color = (indices(i) & 0xff) * 3
      out(to) = rgb(color)
      out(to + 1) = rgb(color + 1)
      out(to + 2) = rgb(color + 2)
      to += 3
      i += 1
    }
    RgbImage(width, height, out)
  }
}

/** Makes tables. */
private[image] object ColorTable {

  private val Size = 256 * 3

  /** All 256 grays in order. */
  val grays: ColorTable = new ColorTable(Array.tabulate(Size)(i => (i / 3).toByte))

  /** Black for sample 0, white for all others. */
  val blackAndWhite: ColorTable = new ColorTable(Array.tabulate(Size)(i => if (i < 3) 0 else -1))

  /** A table of fewer colours; the others are black, unless these are the first grays, which Pillow takes for all.
    *
    * @param colors
    *   three bytes a colour: red, green, blue
    */
  def of(colors: Array[Byte]): ColorTable = if (isGrays(colors)) grays else filledUp(colors)

  /** Whether colours are the first grays in order. */
  def isGrays(colors: Array[Byte]): Boolean = colors.indices.forall(i => colors(i) == (i / 3).toByte)

  /** A table of fewer colours; the others are black. */
  def filledUp(colors: Array[Byte]): ColorTable = new ColorTable(colors.take(Size).padTo(Size, 0.toByte))
}
